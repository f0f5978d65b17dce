"""The test part: looked at when asked and never before, counted, and saved with the project."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from command_line import run_command

import nnlab
from nnlab.core.errors import DataError, FileError, NNLabError
from nnlab.core.preparation import DataSettings, prepare
from nnlab.files import test_log
from nnlab.files.examples import load_example
from nnlab.files.project import SavedProject
from nnlab.files.project_file import load_project, save_project
from nnlab.files.session_file import saved_session, session_of
from nnlab.training.test_evaluation import times_in_words


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trained project whose data keeps 30 irises for a test."""
    project = replace(load_example("iris"), data=DataSettings("iris", test_share=0.2))
    session = session_of(SavedProject(project))
    data = prepare(project.data)
    session.fit(data.x, data.y, epochs=30)
    path = tmp_path_factory.mktemp("test") / "iris.nnlab"
    session.save(path)
    return path


def test_scores_are_those_of_the_test_samples_and_every_look_is_counted(trained: Path, tmp_path: Path) -> None:
    session = nnlab.load(trained)
    assert session.test_evaluations == ()
    found = session.evaluate_on_test()
    data = prepare(DataSettings("iris", test_share=0.2))
    right = np.argmax(session.predict(data.test_x), axis=1) == data.test_y
    assert found.samples == 30 and found.main == ("accuracy", pytest.approx(right.mean()))
    assert found.loss == session.loss(data.test_x, data.test_y) and found.iteration == session.iteration > 0
    assert session.evaluate_on_test() == found and len(session.test_evaluations) == 2
    session.save(tmp_path / "again.nnlab")
    again = nnlab.load(tmp_path / "again.nnlab")
    assert again.test_evaluations == (found, found) and saved_session(again).runs.tests == (found, found)


def test_the_command_counts_in_the_project(trained: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "iris.nnlab"
    path.write_bytes(trained.read_bytes())
    weights = load_project(path).snapshot
    first, second = (run_command(capfd, "test", path, "--json") for _ in range(2))
    assert first.report["times"] == 1 and second.report["times"] == 2 and first.report["samples"] == 30
    assert first.report["accuracy"] == second.report["accuracy"] > 0.8
    assert "looked at 2 times by now: each look makes the next one worth less" in second.err
    after = load_project(path)
    assert after.snapshot is not None and weights is not None and len(after.runs.tests) == 2
    assert all(np.array_equal(after.snapshot.parameters[k], v) for k, v in weights.parameters.items())


def test_what_has_no_test_part_is_told(trained: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(DataError, match="No samples were set aside for a test; give the data a test share first, and train anew"):
        session_of(SavedProject(load_example("iris"))).evaluate_on_test()
    with pytest.raises(NNLabError, match="This session has no project that sets samples aside"):
        nnlab.Session(load_example("iris").graph).evaluate_on_test()
    save_project(tmp_path / "new.nnlab", SavedProject(load_example("iris")))
    for path, words in ((tmp_path / "new.nnlab", "new.nnlab is not trained yet"), (tmp_path / "none.nnlab", "name a project file")):
        answer = run_command(capfd, "test", path)
        assert answer.status == 2 and words in answer.error
    for content in (b"{", b"[{}]", b'[{"iteration": -1, "samples": 1, "loss": 0, "scores": {}}]'):
        with pytest.raises(FileError, match=r"test\.json"):
            test_log.decode(content)


def test_how_often_is_said_from_the_first_time_on() -> None:
    assert times_in_words(1) == "for the first time"
    assert times_in_words(2).startswith("2 times by now: ") and times_in_words(1000).startswith("1,000 times by now")
