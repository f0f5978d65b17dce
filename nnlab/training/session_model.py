"""What makes of a session a model that one takes away: its preparation, predictions from raw columns, and a file.

Project files lie above training: what writes one is looked up by name when first needed, as registries look up what they hold.
"""

from __future__ import annotations

import importlib
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nnlab.core.errors import DataError, NNLabError, shown
from nnlab.core.fitted_preparation import Preparation
from nnlab.core.kernel.context import BATCH, BATCH_SIZE, BATCH_START, EPOCH, ITERATION, ROWS, SAMPLES
from nnlab.core.preparation import Data, prepare
from nnlab.engine.compile import Update
from nnlab.engine.run import Run
from nnlab.engine.state import State
from nnlab.graph.graph import Graph
from nnlab.training.commands import Snapshot
from nnlab.training.kept_run import seed_curve
from nnlab.training.kept_runs import KeptRuns
from nnlab.training.predicted import Predicted, has_columns, plain_preparation, raw_columns, read_outputs
from nnlab.training.settings import TrainingSettings
from nnlab.training.test_evaluation import TestEvaluation, evaluation_of, require_test_part

if TYPE_CHECKING:
    from nnlab.training.project import Project

WRITER, FRAMES = "nnlab.files.session_file", "nnlab.files.frames"


class SessionModel:
    """The part of a `Session` that knows raw data and files."""

    graph: Graph
    _state: State
    _update: Update
    _seed: int
    _preparation: Preparation | None = None
    _past: KeptRuns = KeptRuns()  # what the project it was loaded from keeps: runs that ended, evaluations on its test part
    _project: Project | None = None  # where it was loaded from: data, view and all that a session does not need

    _base: Project | None = None  # of a session without one: data that the network would fit

    @abstractmethod
    def predict(self, x: Any) -> np.ndarray: ...

    @abstractmethod
    def loss(self, x: Any, y: Any) -> float: ...

    @property
    @abstractmethod
    def iteration(self) -> int: ...

    @property
    def preparation(self) -> Preparation:
        """What leads from raw columns to the network's inputs and from its outputs to names of classes, or to the target's unit.

        That of the project it was loaded from, or one that was set; else inputs are taken as they are.
        """
        return plain_preparation(self.graph) if self._preparation is None else self._preparation

    @preparation.setter
    def preparation(self, preparation: Preparation | None) -> None:
        if preparation is not None and not isinstance(preparation, Preparation):
            raise DataError(f"A preparation was expected, not {shown(preparation)}; data sets give theirs as prepare(…).preparation.")
        features = int(self.graph.input_nodes[0].settings["features"])
        if preparation is not None and preparation.inputs != features:
            raise DataError(f"The preparation makes {preparation.inputs:,} inputs, but the network takes {features:,}.")
        self._preparation = preparation

    def predict_raw(self, raw: Any) -> Predicted:
        """Predictions from raw columns: a mapping or DataFrame by name, or an array (rows, columns) in the order of the preparation.

        A session on a table of one's own takes rows as that table has them: dates, yes and no, text as it was given.
        Raises DataError that names a column that is missing and categories that training did not have.
        """
        preparation = self.preparation
        if self._project is not None and self._project.data.name == "table" and not has_columns(raw, preparation):
            columns = importlib.import_module(FRAMES).raw_rows(raw, self._project.data, preparation)
        else:
            columns = raw_columns(raw, preparation)
        inputs = preparation.transform(columns)
        return read_outputs(self.predict(inputs), preparation, self.graph.losses[0].kind.link)

    def save(self, path: Path | str) -> None:
        """Writes a project file (.nnlab): network, weights, moments, adapters and preparation; `nnlab.load` gives the session back.

        Raises FileError in one sentence; a file that was there is then unchanged.
        """
        importlib.import_module(WRITER).save(self, path)

    @property
    def runs(self) -> KeptRuns:
        """Every `fit` so far as a run with its settings, curves and final weights, behind those of the project it was loaded from.

        Within a stated budget, the oldest first to go; saved with the session, and seen in the window's Runs.
        """
        return self._past

    def _keep(self, run: Run, training: TrainingSettings) -> None:
        """A fit is over, or has failed: what it did is kept, unless nothing was learned."""
        curve = seed_curve(run)
        if not len(curve.blocks):
            return
        if self._project is None and (self._base is None or self._base.graph is not self.graph):
            self._base = importlib.import_module(WRITER).project_for_graph(self.graph)
        base = self._project or self._base
        assert base is not None
        self._past = self._past.adding(replace(base, graph=self.graph, training=training), (curve,))

    @property
    def data(self) -> Data:
        """The samples of the project that the session belongs to, prepared: for `fit`. Raises NNLabError for a session without one."""
        if self._project is None:
            raise NNLabError("This session has no project with data; load one, or make one with nnlab.from_table.")
        return prepare(self._project.data)

    def _samples_of(self, x: Any, y: Any, validation: Any) -> tuple[Any, Any, Any]:
        """(x, y, validation) for `fit`: of prepared data its own, whose preparation the session has from then on."""
        if not isinstance(x, Data):
            if y is None:
                raise DataError("fit needs targets, but y is None: give x and y, or prepared data such as session.data.")
            return x, y, validation
        if y is not None:
            raise DataError("fit was given prepared data, which has its targets in it, and a y besides; leave y out.")
        self.preparation = x.preparation
        held = (x.validation_x, x.validation_y) if len(x.validation_x) else None
        return x.x, x.y, held if validation is None else validation

    @property
    def test_evaluations(self) -> tuple[TestEvaluation, ...]:
        """Every evaluation on the test part so far, the first one first; saved with the session."""
        return self._past.tests

    def evaluate_on_test(self) -> TestEvaluation:
        """Loss and scores on the samples that the project's data sets aside for a test, counted in `test_evaluations`.

        Raises NNLabError for a session without a project (`nnlab.load` gives one with it), DataError where no samples are set aside.
        """
        if self._project is None:
            raise NNLabError("This session has no project that sets samples aside; load one, or call scores(x, y) with your own.")
        data = prepare(self._project.data)
        require_test_part(data)
        loss, link = self.loss(data.test_x, data.test_y), self.graph.losses[0].kind.link
        found = evaluation_of(data, self.predict(data.test_x), loss, self.iteration, link)
        self._past = self._past.tested(found)
        return found

    @property
    def epoch(self) -> int:
        """Passes over the training samples that were completed."""
        return int(self._state.context[EPOCH])

    @property
    def training_settings(self) -> TrainingSettings:
        """How it is trained, as a project says it."""
        update, known = self._update, TrainingSettings() if self._project is None else self._project.training
        return TrainingSettings(
            update.optimizer, update.settings, update.learning_rate, known.batch_size, self._seed, known.epochs, known.shuffle,
            update.schedule, update.schedule_settings, accumulate=known.accumulate, zero_gradients=update.zero_gradients,
        ).checked_as_given()  # fmt: skip

    def _snapshot(self) -> Snapshot:
        """Weights, moments and the counts of iterations and epochs; the next epoch begins anew."""
        state, program = self._state, self._state.program
        context = state.context.copy()
        context[ROWS] = context[BATCH] = context[BATCH_START] = context[SAMPLES] = 0
        context[BATCH_SIZE] = self.training_settings.batch_size
        moments = {name: place.view(state.arena, 1).copy() for name, place in program.moments.items()}
        return Snapshot(state.stored(), moments, context)

    def _restore(self, snapshot: Snapshot) -> None:
        """The weights, moments and counts of a snapshot of this very network."""
        state = self._state
        state.set_parameters(_known(snapshot.parameters, {name: info.place.shape for name, info in state.program.stored.items()}))
        for name, values in _known(snapshot.moments, {name: place.shape for name, place in state.program.moments.items()}).items():
            state.program.moments[name].view(state.arena, 1)[...] = values
        state.context[ITERATION], state.context[EPOCH] = snapshot.context[ITERATION], snapshot.context[EPOCH]


def _known(values: Mapping[str, np.ndarray], shapes: Mapping[str, tuple[int, ...]]) -> dict[str, np.ndarray]:
    return {name: value for name, value in values.items() if shapes.get(name) == value.shape}
