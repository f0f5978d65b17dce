"""`nnlab test PROJECT`: what the samples set aside for the very end say of a trained network, and how often they were asked."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from nnlab.commands.common import AsJson, announce_compiling, finite
from nnlab.core.errors import FileError, NNLabError

Tested = Annotated[Path, typer.Argument(help="A trained project (.nnlab) whose data has a test part", metavar="PROJECT")]


def evaluate_on_test(source: Tested, as_json: AsJson = False) -> None:
    """Evaluates the network on its test samples. Every time is counted in the project: each look makes the next one worth less."""
    if source.suffix.lower() != ".nnlab" or not source.is_file():
        raise FileError(f"{source}: name a project file (.nnlab), in which it is counted.")
    from nnlab.files.project_file import load_project, save_project
    from nnlab.files.session_file import saved_session, session_of
    from nnlab.training.test_evaluation import times_in_words

    saved = load_project(source)
    if saved.snapshot is None:
        raise NNLabError(f"{source.name} is not trained yet; train it first: nnlab train {source} --out {source}")
    announce_compiling(saved.project)
    session = session_of(saved)
    found = session.evaluate_on_test()
    counted = saved_session(session).runs
    save_project(source, replace(saved, runs=counted))
    words = ", ".join(f"{name} {value:.4g}" for name, value in found.scores.items() if value is not None)
    stream = sys.stderr if as_json else sys.stdout
    times = len(counted.tests)
    print(f"{source.stem}: {found.samples:,} test samples, loss {found.loss:.4g}, {words} (looked at {times_in_words(times)})", file=stream)
    if as_json:
        scores = {name: finite(value) for name, value in found.scores.items()}
        print(json.dumps({"samples": found.samples, "iteration": found.iteration, "loss": finite(found.loss), **scores, "times": times}))
