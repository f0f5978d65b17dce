"""An export that is cancelled, at whichever report of its progress, leaves what stood at its path as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from nnlab.exchange.exporter import exporters
from nnlab.exchange.model import model_of
from nnlab.files.examples import load_example
from nnlab.files.project import SavedProject
from nnlab.jobs.context import Cancelled, TaskContext


@pytest.mark.parametrize("name", [exporter.name for exporter in exporters if exporter.suffix])
def test_a_cancelled_export_changes_nothing(name: str, tmp_path: Path) -> None:
    exporter, model = exporters[name], model_of(SavedProject(load_example("iris")), "iris")
    path = tmp_path / f"iris{exporter.suffix}"
    path.write_bytes(b"what was there before")
    asked = []

    def is_cancelled(limit: int) -> bool:
        asked.append(limit)
        return len(asked) > limit

    for limit in range(3):  # at the first look, the second, the third
        asked.clear()
        try:
            exporter.write(model, path, TaskContext(None, lambda limit=limit: is_cancelled(limit)))
        except Cancelled:
            assert path.read_bytes() == b"what was there before"
            assert [file.name for file in tmp_path.iterdir()] == [path.name]
        else:
            assert limit > 0, "an export that never looks cannot be cancelled"
            break
