"""Trials: independent runs of one function with different settings, whatever the function does.

A trial is what it is: its identity is a hash of its settings and of the study they belong to, so that a result is found again after the
program was closed, on another computer, or when more trials join. A trial function depends on its settings alone, so the values are the
same whatever the number of workers and the order.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Protocol

from nnlab.core.errors import NNLabError
from nnlab.core.setting import Value
from nnlab.jobs.context import TaskContext
from nnlab.jobs.service import JobError
from nnlab.jobs.workers import LocalWorkers, Workers

DIGITS = 16  # of an identity: two of ten thousand trials share one with a chance of 1 in 10¹¹
TrialValue = Value | None
TrialFunction = Callable[[Mapping[str, Value], TaskContext], Mapping[str, TrialValue]]


@dataclass(frozen=True)
class Trial:
    """Settings by name, one column of the table each; `study` says in any form what they leave open."""

    settings: Mapping[str, Value] = field(hash=False)
    study: str = ""
    identity: str = field(init=False)

    def __post_init__(self) -> None:
        described = json.dumps([self.study, dict(self.settings)], sort_keys=True, ensure_ascii=False)
        object.__setattr__(self, "identity", hashlib.sha256(described.encode()).hexdigest()[:DIGITS])


@dataclass(frozen=True)
class TrialResult:
    """What a trial found: values by name (None: does not apply), or one sentence why it found nothing.

    `seconds` that it took; None where it did not come to an end of its own (its process was ended, or a fault), so that it is worth
    trying again.
    """

    trial: Trial
    values: Mapping[str, TrialValue]
    seconds: float | None
    error: str = ""

    def get(self, column: str) -> TrialValue:
        """A setting, a value, or "seconds" or "error"."""
        if column in ("seconds", "error"):
            return self.seconds if column == "seconds" else self.error
        return self.trial.settings.get(column, self.values.get(column))


class TrialStore(Protocol):
    """Where results last: `nnlab.studies.sweeps.trial_file.TrialFile`."""

    def found(self, trials: Sequence[Trial]) -> Mapping[str, TrialResult]:
        """Results that are there already, by identity."""

    def append(self, result: TrialResult) -> None:
        """Keeps one more."""


def run_trials(
    function: TrialFunction,
    trials: Sequence[Trial],
    workers: Workers | None = None,
    context: TaskContext | None = None,
    file: TrialStore | None = None,
) -> Generator[TrialResult, None, None]:
    """Yields the result of every trial exactly once: first those in `file`, then the others as they end, each on the disk by then.

    Reports to `context` how many of those that were left are done. Raises Cancelled when it is cancelled, WriteError when a result
    cannot be written, NNLabError when nothing can be run; what was written by then stays.
    """
    found = file.found(trials) if file is not None else {}
    yield from found.values()
    waiting = [trial for trial in trials if trial.identity not in found]
    timed = _Timed(function)
    with closing((workers or LocalWorkers()).outcomes(timed, [dict(t.settings) for t in waiting], context)) as outcomes:  # type: ignore[type-var]
        for outcome in outcomes:
            trial = waiting[outcome.index]
            if outcome.value is not None:
                result = TrialResult(trial, *outcome.value)
            else:  # "Task 7 was given up: its process was ended …", where 7 says nothing to anybody
                reason = outcome.error.sentence.partition(": ")[2] if outcome.error is not None else "it ended without a result."
                result = TrialResult(trial, {}, None, f"Given up: {reason}")
            if file is not None:
                file.append(result)
            yield result


@dataclass(frozen=True)
class _Timed:
    """The trial function where it runs: its values, the seconds it took, and why it failed."""

    function: TrialFunction

    def __call__(self, settings: Mapping[str, Value], context: TaskContext) -> tuple[Mapping[str, TrialValue], float | None, str]:
        begun = time.perf_counter()
        try:
            values = self.function(settings, context)
        except NNLabError as error:  # a result, too: these settings cannot be trained
            return {}, time.perf_counter() - begun, str(error)
        except Exception as error:  # the other trials go on
            return {}, None, JobError.of("A trial", error).sentence
        return values, time.perf_counter() - begun, ""
