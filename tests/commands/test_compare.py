"""`nnlab compare`: the object it prints, what it says to people, and what cannot be compared."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from command_line import Answer, run_command

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
    assert report["equal"] == {"initial_weights": True, "batches": True}


def test_people_read_the_band_of_every_variant_and_the_verdict(nnlab_command: Run) -> None:
    answer = nnlab_command("compare", "spiral", "--vary", "learning_rate=0.00000001,0.03", "--steps", 2000)
    lines = answer.out.splitlines()
    assert lines[0] == "spiral: 2,000 iterations, 3 seeds, measured by accuracy"
    assert lines[1].startswith("  learning_rate=0.00000001  accuracy ") and "same initial weights: yes; same batches: yes" in lines[3]
    assert lines[-1].startswith("learning_rate=0.03 wins by accuracy over 3 seeds: ")


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
        ("units=4", "alone cannot be compared"),
        ("units=" + ",".join(map(str, range(1, 51))), "50 variants are too many; at most 4 train side by side."),
        ("speed=1,2", "There is no 'speed' that could differ"),
        ("units", "is not understood"),
    ],
)
def test_bad_input_is_one_line(nnlab_command: Run, vary: str, words: str) -> None:
    answer = nnlab_command("compare", "spiral", "--vary", vary)
    assert answer.status == 2 and words in answer.error and not answer.out
