"""`nnlab widths`: what people read, the object it prints, going on with a table, and bad input in one sentence."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from command_line import Answer, run_command

Run = Callable[..., Answer]
SMALL = ("sin(x)", "--widths", "1,4", "--activations", "relu,tanh", "--seeds", 2, "--steps", 200, "--workers", 0)


@pytest.fixture
def nnlab_command(capfd: pytest.CaptureFixture[str]) -> Run:
    return partial(run_command, capfd)


def test_people_read_bands_constructions_and_theory(nnlab_command: Run) -> None:
    answer = nnlab_command("widths", *SMALL, "--epsilon", 100)
    lines = answer.out.splitlines()
    assert answer.status == 0 and lines[0].startswith("sin(x): 8 networks, ") and "median sup error over the seeds" in lines[0]
    assert lines[1].startswith("relu: 100 from 1 unit on, slope ") and lines[2].split()[0] == "1" and lines[3].split()[0] == "4"
    assert "relu, constructed (interpolant), with the bound on its largest error" in lines
    assert "tanh, constructed (staircase), with the bound on its largest error" in lines
    assert any(line.startswith("Theory, Interpolation on knots: slope -2 for ReLU units") for line in lines)


def test_the_object_and_going_on_with_a_table(nnlab_command: Run, tmp_path: Path) -> None:
    out = tmp_path / "w.csv"
    first = nnlab_command("widths", *SMALL, "-o", out, "--json").report
    assert first["networks"] == 8 and first["failed"] == 0 and len(out.read_text().splitlines()) == 9
    assert [(c["activation"], c["depth"], c["widths"], c["parameters"]) for c in first["curves"]] == [
        ("relu", 1, [1, 4], [4, 13]), ("tanh", 1, [1, 4], [4, 13])
    ]  # fmt: skip
    assert {p["kind"] for p in first["constructed"]} == {"interpolant", "staircase", "bumps"}
    refused = nnlab_command("widths", *SMALL, "-o", out)
    assert refused.status == 2 and "exists already" in refused.error
    again = nnlab_command("widths", *SMALL, "-o", out, "--resume", "--json").report
    assert again["curves"] == first["curves"]


def test_depth_gets_as_many_parameters(nnlab_command: Run) -> None:
    report = nnlab_command(
        "widths", "x^2", "--widths", "32", "--activations", "tanh", "--depths", "1,2", "--seeds", 1, "--steps", 20, "--workers", 0, "--json"
    ).report
    assert [(c["depth"], c["widths"]) for c in report["curves"]] == [(1, [32]), (2, [8])]
    assert report["curves"][0]["parameters"] == report["curves"][1]["parameters"] == [97]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["1/x"], "1/x has no finite value at x = 0"),
        (["x", "--widths", "0"], "units is 0; choose a whole number from 1"),
        (["x", "--widths", "few"], "--widths is 'few'; give whole numbers with commas"),
        (["x", "--activations", "swirl"], "There is no activation 'swirl'"),
        (["x", "--depths", "9"], "depth is 9; choose a whole number from 1 to 8"),
        (["x", "--by", "loss"], "--by is 'loss'; choose one of sup, rms"),
        (["x", "--domain", "1,0"], "The domain runs from 1 to 0"),
        (["x", "-o", "w.txt"], "must end in .csv"),
    ],
)
def test_bad_input_is_one_sentence(nnlab_command: Run, arguments: list[object], words: str) -> None:
    answer = nnlab_command("widths", *arguments)
    assert answer.status == 2 and words in answer.error and not answer.out
