"""From a change to the command that carries it out: a pure function, so that a window only passes it on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nnlab.core.errors import NNLabError
from nnlab.core.preparation import Data, DataSettings, prepare
from nnlab.graph.validation import DataShape, Diagnostic, validate
from nnlab.training.change import Change
from nnlab.training.commands import Adjust, Block, Load
from nnlab.training.problems import patience_problems, training_problems


@dataclass(frozen=True, eq=False)
class Prepared:
    """Data settings and what came of them: the samples, or None and why there are none in one sentence.

    `good` are those before that had samples, as long as there are none: undoing what needs a file that is gone needs none.
    """

    settings: DataSettings
    data: Data | None
    problem: str
    good: Prepared | None = None

    @staticmethod
    def of(settings: DataSettings, known: Prepared | None = None) -> Prepared:
        """Prepares the samples, unless `known` has them: a file that changes while a person works on it is not read again by the way."""
        if known is not None and known.settings == settings:
            return known
        good = known if known is None or known.data is not None else known.good
        if good is not None and good.settings == settings:
            return good
        try:
            return Prepared(settings, prepare(settings), "")
        except NNLabError as error:
            return Prepared(settings, None, str(error), good)


@dataclass(frozen=True, eq=False)
class Plan:
    """What to tell the training thread, and what was found out on the way.

    `reason`: why the version cannot be trained, in one sentence; empty when it can.
    """

    command: Load | Adjust | Block
    prepared: Prepared
    diagnostics: tuple[Diagnostic, ...]
    reason: str


def plan(change: Change, prepared: Prepared, revision: int, is_waiting: bool = False, run: int = 0) -> Plan:
    """The command for a change to a version whose data are `prepared`.

    `revision` is what frames of a newly loaded network, or of one that begins again, will carry, `run` the number of the run that is
    meant. `is_waiting`: the version seen last could not be trained, so there is nothing that could be adjusted.
    """
    project = change.after.project
    data = prepared.data
    diagnostics = validate(project.graph, DataShape(data.x.shape[1], data.target) if data is not None else None)
    if data is not None:
        diagnostics = (*diagnostics, *training_problems(project.graph, len(data.x), project.training))
        diagnostics = (*diagnostics, *patience_problems(len(data.validation_x), project.training))
    reason = prepared.problem or reason_of(diagnostics)
    if data is None or reason:
        return Plan(Block(change, reason, run), prepared, diagnostics, reason)
    if change.is_adjustment and not is_waiting:
        return Plan(Adjust(change, run, None if change.keep else revision), prepared, diagnostics, "")
    return Plan(Load(change, data, revision, run), prepared, diagnostics, "")


def reason_of(diagnostics: Sequence[Diagnostic]) -> str:
    """Why training waits, short enough for the transport bar: where it is a node's fault, the problems panel has the words."""
    errors = [d for d in diagnostics if d.is_error]
    if not errors:
        return ""
    if errors[0].node_id is None:
        return errors[0].message.rstrip(".")
    return f"Training waits for {len(errors)} error{'s' if len(errors) > 1 else ''} in {errors[0].node_id}"
