"""`nnlab approximate`: the object it prints, what people read, and bad input in one sentence."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from command_line import Answer, run_command

Run = Callable[..., Answer]
WAVE = "sin(2*pi*x)*exp(-x**2)"


@pytest.fixture
def nnlab_command(capfd: pytest.CaptureFixture[str]) -> Run:
    return partial(run_command, capfd)


def test_the_object_has_what_the_contract_names(nnlab_command: Run) -> None:
    arguments = ("approximate", WAVE, "--domain", "-2,2", "--units", 32, "--activation", "tanh", "--seconds", 1.5, "--json")
    answer = nnlab_command(*arguments)
    assert answer.status == 0 and len(answer.out.splitlines()) == 1
    report = answer.report
    assert set(report) == {"rms", "sup", "units", "parameters", "steps", "seconds"}
    assert report["units"] == 32 and report["parameters"] == 97 and report["steps"] > 100 and report["seconds"] > 0.5
    assert 0 < report["rms"] <= report["sup"] < 0.1


def test_steps_instead_of_seconds_make_the_same_figures_again(nnlab_command: Run) -> None:
    arguments = ("approximate", "abs(x)", "--domain", "-1,1", "--units", 8, "--activation", "relu", "--steps", 500, "--json")
    first, again, other = nnlab_command(*arguments).report, nnlab_command(*arguments).report, nnlab_command(*arguments, "--seed", 1).report
    assert (first["rms"], first["sup"], first["steps"]) == (again["rms"], again["sup"], 500)
    assert other["rms"] != first["rms"]


def test_polishing_says_what_it_did(nnlab_command: Run) -> None:
    answer = nnlab_command("approximate", WAVE, "--domain=-2,2", "--seconds", 3, "--polish", "--json")
    report = answer.report
    assert report["rms"] < 0.2 * report["trained"]["rms"] and report["ridge"] == 1e-12 and report["iterations"] > 10
    answer = nnlab_command("approximate", "x^2", "--units", 3, "--seconds", 0.5, "--polish")
    lines = answer.out.splitlines()
    assert lines[0] == "x^2 on -3 … 3: 3 tanh units, 10 parameters, seed 0"
    assert lines[1].startswith("Trained for ") and lines[2].startswith("  RMS ")
    assert lines[3].startswith("Output layer solved with ridge 1e-12: RMS at the samples") and lines[4].startswith("L-BFGS, ")
    assert lines[5].startswith("  RMS ") and len(lines) == 6


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["1/0"], "The formula 1/0 has no finite value at x = -3"),
        (["log(-1)"], "The formula log(-1) has no finite value"),
        (["9**9**9"], "has no finite value"),
        (['"x"*10**9'], "Column 1: the character '\"' is not allowed"),
        (["x.__class__"], "'.' is allowed inside a number only"),
        (["(" * 10_000 + "x" + ")" * 10_000], "at most 1000 are allowed"),
        (["sqrt(x)"], "sqrt(x) has no finite value at x = -3"),
        (["x", "--domain", "1,1"], "The domain runs from 1 to 1"),
        (["x", "--domain", "2,-2"], "The domain runs from 2 to -2"),
        (["x", "--domain", "nan,1"], "both ends must be finite"),
        (["x", "--domain", "-1e308,1e308"], "The domain from -1e308 to 1e308 is wider than any number; choose nearer ends."),
        (["x", "--domain", "wide"], "--domain is 'wide'; give two numbers with a comma between them"),
        (["x", "--units", 0], "units is 0; choose a whole number from 1"),
        (["x", "--seconds", 0], "--seconds is 0; give a number from 0.1"),
        (["x", "--seconds", "nan"], "--seconds is nan; give a number"),
        (["x", "--activation", "swirl"], "There is no activation 'swirl'"),
        (["y"], "there is no variable 'y'"),
    ],
)
def test_bad_input_is_one_sentence(nnlab_command: Run, arguments: list[object], words: str) -> None:
    answer = nnlab_command("approximate", *arguments)
    assert answer.status == 2 and words in answer.error and len(answer.err.strip().splitlines()) == 1 and not answer.out
