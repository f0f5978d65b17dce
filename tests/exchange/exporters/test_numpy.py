"""The NumPy file is one that runs by itself and computes what the engine computes."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from endings import LIMIT

from nnlab.core.dataset import Target
from nnlab.exchange.exporters.numpy import outputs_of, source, write
from nnlab.exchange.model import largest_difference
from nnlab.jobs.context import TaskContext
from nnlab.training.predicted import read_outputs
from tests.support.exported import CASES, FORMS_AGREE, PROJECTS, TARGETS, mixed_model, model_for, operator_model


@pytest.mark.parametrize("case", CASES)
def test_every_operator(case: Any) -> None:
    model = operator_model(case)
    assert largest_difference(model.outputs, outputs_of(source(model), model)) < FORMS_AGREE


@pytest.mark.parametrize(("kind", "name"), PROJECTS)
def test_every_example_and_template(kind: str, name: str) -> None:
    model = model_for(kind, name)
    assert largest_difference(model.outputs, outputs_of(source(model), model)) < FORMS_AGREE


@pytest.mark.parametrize(("target", "loss", "outputs"), TARGETS)
def test_raw_rows_to_predictions(target: Target, loss: str, outputs: int) -> None:
    model = mixed_model(target, loss, outputs)
    space: dict[str, Any] = {"__name__": "exported"}
    exec(source(model), space)
    ours, theirs = read_outputs(model.outputs, model.preparation, model.link), space["predict"](model.rows)
    if ours.numbers is not None:
        assert np.allclose(theirs, ours.numbers, rtol=1e-6)
    else:
        assert ours.probabilities is not None
        assert tuple(theirs[0]) == ours.class_names and np.allclose(theirs[1], ours.probabilities, rtol=1e-6)


def test_the_file_runs_by_itself(tmp_path: Path) -> None:
    model = model_for("example", "iris")
    write(model, tmp_path / "flowers.py", TaskContext())
    row = {name: [float(values[0])] for name, values in model.rows.items()}
    code = f"import sys; sys.path.insert(0, '.'); import flowers; print(flowers.predict({row!r})[0][0], 'nnlab' in sys.modules)"
    done = subprocess.run([sys.executable, "-I", "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=LIMIT)
    name = read_outputs(model.outputs, model.preparation, model.link).class_names[0]
    assert done.stdout.split() == [name, "False"], done.stderr
