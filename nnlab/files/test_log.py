"""test.json of a project file: every evaluation on the test part, the first one first."""

from __future__ import annotations

from typing import Annotated

import msgspec

from nnlab.core.errors import FileError
from nnlab.training.test_evaluation import MOST_EVALUATIONS, TestEvaluation

NAME = "test.json"
Whole = Annotated[int, msgspec.Meta(ge=0, le=2**62)]


class _EvaluationPart(msgspec.Struct, forbid_unknown_fields=True):
    iteration: Whole
    samples: Whole
    loss: float | None  # null for what is no finite number
    scores: dict[str, float | None]


_Log = Annotated[list[_EvaluationPart], msgspec.Meta(max_length=MOST_EVALUATIONS)]


def encode(evaluations: tuple[TestEvaluation, ...]) -> dict[str, bytes]:
    """The entry of the archive; none where the test part was never looked at."""
    if not evaluations:
        return {}
    parts = [_EvaluationPart(e.iteration, e.samples, e.loss, dict(e.scores)) for e in evaluations]
    return {NAME: msgspec.json.encode(parts)}


def decode(content: bytes | None) -> tuple[TestEvaluation, ...]:
    """Reads what `encode` wrote. Raises FileError for what is none."""
    if content is None:
        return ()
    try:
        parts = msgspec.json.decode(content, type=_Log)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise FileError(f"{NAME}: {str(error)[:1].lower()}{str(error)[1:]}") from error
    return tuple(TestEvaluation(p.iteration, p.samples, float("nan") if p.loss is None else p.loss, p.scores) for p in parts)
