"""Waiting for an answer of the training thread: never for ever."""

from __future__ import annotations

from concurrent.futures import Future
from concurrent.futures import TimeoutError as NoAnswer
from typing import TypeVar

from nnlab.core.errors import NNLabError

SECONDS = 10.0
_Answer = TypeVar("_Answer")


def wait_for(answer: Future[_Answer]) -> _Answer:
    """The answer; raises the error that is its answer, and NNLabError when none comes in time: it is not wanted any more then."""
    try:
        return answer.result(timeout=SECONDS)
    except NoAnswer:
        answer.cancel()
        raise NNLabError(f"Training did not answer within {SECONDS:g} seconds; try again when the present step has ended.") from None
