"""`nnlab train FILE` of a project that is given its initial weights: from these bits, unless a seed is asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from command_line import Answer, run_command

from nnlab.core.preparation import prepare
from nnlab.files.examples import load_example
from nnlab.files.project import SavedProject
from nnlab.files.project_file import load_project, save_project
from nnlab.training.complete_run import prepare_run
from nnlab.training.initial_weights import InitialWeights

Run = Callable[..., Answer]


@pytest.fixture
def nnlab_command(capfd: pytest.CaptureFixture[str]) -> Run:
    return partial(run_command, capfd)


def test_it_trains_from_these_bits_and_keeps_them(nnlab_command: Run, tmp_path: Path) -> None:
    project = load_example("xor")
    data = prepare(project.data)
    random = np.random.default_rng(1)
    shapes = {name: values.shape for name, values in prepare_run(project.graph, data, project.training).state.stored().items()}
    start = InitialWeights("by hand", "", {name: random.standard_normal(shape).astype(np.float32) for name, shape in shapes.items()})
    source, out, again = (tmp_path / name for name in ("x.nnlab", "out.nnlab", "again.nnlab"))
    save_project(source, SavedProject(replace(project, initial=start)))
    assert nnlab_command("train", source, "--steps", 25, "--out", out).status == 0
    trained = load_project(out)
    assert trained.project.initial == start and trained.snapshot is not None
    run = prepare_run(project.graph, data, project.training, start=start)
    run.train(25)
    assert all(values.tobytes() == run.state[name].tobytes() for name, values in trained.snapshot.parameters.items())
    assert nnlab_command("train", source, "--steps", 25, "--seed", 3, "--out", again).status == 0
    fresh = load_project(again)
    assert fresh.project.initial is None and fresh.project.training.seed == 3
