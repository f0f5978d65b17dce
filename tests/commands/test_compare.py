"""`nnlab compare`: the object it prints, what it says to people, and what cannot be compared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from command_line import Answer, run_command

from nnlab.files.examples import load_example
from nnlab.files.project import SavedProject
from nnlab.files.project_file import save_project
from nnlab.graph.edits import configure
from nnlab.training.difference import Difference

Run = Callable[..., Answer]


@pytest.fixture
def nnlab_command(capfd: pytest.CaptureFixture[str]) -> Run:
    return partial(run_command, capfd)


def test_the_object_has_what_the_contract_names(nnlab_command: Run) -> None:
    answer = nnlab_command("compare", "spiral", "--vary", "loss=mse,binary_cross_entropy", "--steps", 50, "--seeds", 2, "--json")
    assert answer.status == 0 and len(answer.out.splitlines()) == 1
    report = answer.report
    assert set(report) >= {"runs", "differs", "winner"} and report["differs"] == ["loss"]
    assert len(report["runs"]) == 4
    for run in report["runs"]:
        assert set(run) >= {"setting", "loss", "validation_loss", "metrics", "initial_weights_sha256", "seed"}
        assert run["step"] == 50 and len(run["initial_weights_sha256"]) == 64
    starts = {run["seed"]: {r["initial_weights_sha256"] for r in report["runs"] if r["seed"] == run["seed"]} for run in report["runs"]}
    assert [len(hashes) for hashes in starts.values()] == [1, 1]
    assert report["equal"] == {"initial_weights": True, "without_adapters": True, "batches": True}


def test_people_read_the_band_of_every_variant_and_the_verdict(nnlab_command: Run) -> None:
    answer = nnlab_command("compare", "spiral", "--vary", "learning_rate=0.00000001,0.03", "--steps", 2000)
    lines = answer.out.splitlines()
    assert lines[0] == "spiral: 2,000 iterations, 3 seeds, measured by accuracy"
    assert lines[1].startswith("  learning_rate=0.00000001  accuracy ") and "same initial weights: yes; same batches: yes" in lines[3]
    assert lines[-1].startswith("learning_rate=0.03 wins by accuracy over 3 seeds: ")


def test_adapters_are_compared_with_the_whole_network(nnlab_command: Run) -> None:
    answer = nnlab_command("compare", "digits", "--vary", "fine_tuning=full,lora", "--steps", 20, "--seeds", 2)
    assert "fine_tuning=lora  accuracy " in answer.out and "same initial weights: but for the adapters; same batches: yes" in answer.out
    report = nnlab_command("compare", "digits", "--vary", "fine_tuning=full,lora_2", "--steps", 5, "--seeds", 1, "--json").report
    assert report["equal"] == {"initial_weights": False, "without_adapters": True, "batches": True}
    assert len({run["without_adapters_sha256"] for run in report["runs"]}) == 1


def test_a_run_that_stops_says_so_and_the_others_go_on(nnlab_command: Run) -> None:
    arguments = ("compare", "diabetes", "--vary", "optimizer=adam,sgd", "--steps", 200, "--seeds", 2)
    answer = nnlab_command(*arguments)
    assert "optimizer=sgd   no result, loss stopped, stopped" in answer.out
    assert "optimizer=sgd, seed 0: Training stopped at iteration" in answer.out
    report = nnlab_command(*arguments, "--json").report
    stopped = [run["setting"] for run in report["runs"] if run["stopped"]]
    assert stopped == ["optimizer=sgd"] * 2 and report["winner"] == "optimizer=adam"


@pytest.mark.parametrize(
    ("vary", "words"),
    [
        ("loss=mse,foo", "loss=foo is not known"),
        ("fine_tuning=full,half", "fine_tuning='half' is not known; choose full, head, lora, or lora_8 for another rank."),
        ("units=4", "alone cannot be compared"),
        ("units=" + ",".join(map(str, range(1, 51))), "50 variants are too many; at most 4 train side by side."),
        ("speed=1,2", "There is no 'speed' that could differ"),
        ("units", "is not understood"),
    ],
)
def test_bad_input_is_one_line(nnlab_command: Run, vary: str, words: str) -> None:
    answer = nnlab_command("compare", "spiral", "--vary", vary)
    assert answer.status == 2 and words in answer.error and not answer.out


def saved(tmp_path: Path, comparison: tuple[Difference, ...], name: str = "spiral") -> str:
    path = tmp_path / "x.nnlab"
    save_project(path, SavedProject(replace(load_example(name), comparison=comparison)))
    return str(path)


def test_what_is_compared_in_the_project_is_compared_without_vary(nnlab_command: Run, tmp_path: Path) -> None:
    path = saved(tmp_path, (Difference("loss", "mse"), Difference("loss", "hinge")))
    report = nnlab_command("compare", path, "--steps", 20, "--seeds", 1, "--json").report
    assert [run["setting"] for run in report["runs"]] == ["loss=binary_cross_entropy", "loss=mse", "loss=hinge"]
    typed = nnlab_command("compare", path, "--vary", "loss=binary_cross_entropy,mse,hinge", "--steps", 20, "--seeds", 1, "--json").report
    assert [run["loss"] for run in typed["runs"]] == [run["loss"] for run in report["runs"]]


def test_layers_that_differ_among_themselves_are_compared_as_they_are(nnlab_command: Run, tmp_path: Path) -> None:
    """Their value in words is no value that could be set."""
    project = load_example("spiral")
    project = replace(project, graph=configure(project.graph, "dense_2", units=3), comparison=(Difference("units", "4"),))
    save_project(tmp_path / "x.nnlab", SavedProject(project))
    report = nnlab_command("compare", str(tmp_path / "x.nnlab"), "--steps", 5, "--seeds", 1, "--json").report
    assert [run["setting"] for run in report["runs"]] == ["units=8, 3", "units=4"]


def test_from_a_confidently_wrong_start_cross_entropy_has_a_gradient_and_mse_next_to_none(nnlab_command: Run) -> None:
    arguments = ("compare", "points_above_curve", "--vary", "loss=mse,binary_cross_entropy", "--steps", 5, "--seeds", 2)
    report = nnlab_command(*arguments, "--start", "wrong", "--json").report
    norms = {(run["setting"], run["seed"]): run["first_gradient"] for run in report["runs"]}
    assert all(norms["loss=binary_cross_entropy", seed] > 20 * norms["loss=mse", seed] for seed in (0, 1))
    assert report["start"]["name"] == "confidently wrong" and report["equal"]["initial_weights"]
    starts = {run["seed"]: run["initial_weights_sha256"] for run in report["runs"]}
    assert starts[0] != starts[1], "learned again from every seed"
    answer = nnlab_command(*arguments, "--start", "wrong")
    assert "start: confidently wrong. Learned the swapped labels of Above and below a curve (Adam 0.02, 4,000 updates)" in answer.out
    fresh = nnlab_command(*arguments, "--start", "fresh", "--json").report
    assert fresh["start"] is None


@pytest.mark.parametrize(
    ("source", "arguments", "words"),
    [
        ("spiral", (), "spiral is not compared with anything yet; add a run in the window, or give --vary"),
        ("spiral", ("--vary", "loss=mse,hinge", "--start", "strange"), "--start is 'strange'; choose one of fresh, wrong."),
        ("sine", ("--vary", "loss=mse,mae", "--start", "wrong"), "needs classes whose labels can be swapped"),
        ("spiral", ("--vary", "loss=mse,foo", "--start", "wrong"), "loss=foo is not known"),
    ],
)
def test_what_cannot_be_started_or_compared_is_one_line(nnlab_command: Run, source: str, arguments: tuple[str, ...], words: str) -> None:
    answer = nnlab_command("compare", source, *arguments)
    assert answer.status == 2 and words in answer.error and not answer.out


def test_a_saved_difference_that_the_network_no_longer_has_is_one_line(nnlab_command: Run, tmp_path: Path) -> None:
    answer = nnlab_command("compare", saved(tmp_path, (Difference("dense_9.units", "4"),)))
    assert answer.status == 2 and "dense_9.units" in answer.error and answer.error.count("\n") <= 1
    answer = nnlab_command("compare", saved(tmp_path, (Difference("loss", "mse"), Difference("units", "4"))))
    assert answer.status == 2 and "differ in two things" in answer.error
