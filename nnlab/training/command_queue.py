"""The commands that wait for the training thread, which may end: whoever waits for an answer gets one, in time or as an error."""

from __future__ import annotations

import queue
from collections.abc import Callable

from nnlab.core.errors import NNLabError
from nnlab.core.memory import NotEnoughMemory
from nnlab.training.commands import Command, Request

ENDED = "The training thread has ended; try again in a moment."


class CommandQueue:
    """First come, first served. While nobody carries commands out, requests are answered with a sentence and the others wait."""

    def __init__(self) -> None:
        self._waiting: queue.SimpleQueue[Command] = queue.SimpleQueue()
        self._refusal = ""

    def put(self, command: Command) -> None:
        self._waiting.put(command)
        if self._refusal:
            self.refuse(self._refusal)

    def next(self) -> Command:
        """Waits for one."""
        return self._waiting.get()

    def next_within(self, seconds: float) -> Command | None:
        """The next one if it comes in time; at once with 0."""
        try:
            return self._waiting.get(timeout=seconds) if seconds > 0 else self._waiting.get_nowait()
        except queue.Empty:
            return None

    def refuse(self, sentence: str) -> None:
        """Nobody carries commands out from now on: requests that wait, and those to come, are answered with this sentence."""
        self._refusal = sentence
        kept = []
        while (command := self.next_within(0.0)) is not None:
            if not isinstance(command, Request):
                kept.append(command)
            elif command.answer.set_running_or_notify_cancel():
                command.answer.set_exception(NNLabError(sentence))
        for command in kept:
            self._waiting.put(command)

    def accept(self) -> None:
        """Somebody carries commands out again, those that have waited first."""
        self._refusal = ""


def answer(request: Request[object], carry_out: Callable[[], object], ended: str) -> None:
    """Answers with what was found, or with the error; `ended` is what somebody who waits is told when the thread cannot go on either."""
    future = request.answer
    if not future.set_running_or_notify_cancel():
        return
    try:
        future.set_result(carry_out())
    except MemoryError:
        future.set_exception(NotEnoughMemory("There is not enough memory to copy the weights; close other programs and try again."))
    except Exception as error:
        future.set_exception(error)
    except BaseException:
        future.set_exception(NNLabError(ended))
        raise
