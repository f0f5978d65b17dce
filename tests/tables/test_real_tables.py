"""Twelve real tables, lines of files that ship inside public packages (`real/README.md`): from raw file to a network that learned."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest

from nnlab.core.preparation import Data, DataSettings, prepare
from nnlab.files.project import SavedProject
from nnlab.files.session_file import session_of
from nnlab.files.starting_network import project_for_data
from nnlab.tables.proposal import propose
from nnlab.tables.reader import read_table
from nnlab.training.predicted import read_outputs

REAL = Path(__file__).parent / "real"
TARGETS = {
    "penguins": "species", "diamonds": "price", "mpg": "class", "midwest": "inmetro", "txhousing": "median", "rossi": "arrest",
    "ACTG175": "cens", "auto-mpg": "mpg", "forensic_glass": "type", "fifa": "value_eur", "seattle-weather": "weather", "tips": "tip",
}  # fmt: skip
BEHIND = 0.03  # the most by which scikit-learn's may be better: of the accuracy, or of R²


def score(data: Data, predicted: np.ndarray) -> float:
    """The share that is right, or R²."""
    if data.target.classes:
        return float((predicted == data.validation_y).mean())
    rest = data.validation_y - predicted.reshape(-1, 1)
    return 1.0 - float((rest**2).sum() / ((data.validation_y - data.validation_y.mean()) ** 2).sum())


def baseline(data: Data) -> float:
    if data.target.classes:
        return score(data, np.full(len(data.validation_y), np.bincount(data.y).argmax()))
    return score(data, np.full(len(data.validation_y), data.y.mean()))


def ours(settings: DataSettings, data: Data) -> float:
    project = project_for_data(settings, data)
    session = session_of(SavedProject(project))
    session.fit(data.x, data.y, epochs=project.training.epochs, batch_size=project.training.batch_size)
    said = read_outputs(session.predict(data.validation_x), data.preparation, session.graph.losses[0].kind.link)
    found = said.classes if said.classes is not None else said.numbers
    assert found is not None
    return score(data, found)


def theirs(data: Data) -> float:
    from sklearn.neural_network import MLPClassifier, MLPRegressor

    kind = MLPClassifier if data.target.classes else MLPRegressor
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a network that has not converged
        fitted = kind(random_state=0).fit(data.x, data.y if data.target.classes else data.y[:, 0])
    return score(data, fitted.predict(data.validation_x))


def prepared(name: str) -> tuple[DataSettings, Data]:
    path = REAL / f"{name}.csv"
    proposal = propose(read_table(path), TARGETS[name])
    assert not proposal.open_questions(proposal.plan)
    settings = DataSettings("table", {"path": str(path), "plan": proposal.plan.to_json()})
    return settings, prepare(settings)


@pytest.mark.parametrize("name", TARGETS)
def test_the_network_it_starts_with_beats_the_baseline(name: str) -> None:
    settings, data = prepared(name)
    assert ours(settings, data) > baseline(data)


@pytest.mark.parametrize("name", ["mpg", "seattle-weather", "auto-mpg"])
def test_it_keeps_up_with_scikit_learn(name: str) -> None:
    """All twelve over three splits stand in `real/README.md`."""
    settings, data = prepared(name)
    assert ours(settings, data) > theirs(data) - BEHIND
