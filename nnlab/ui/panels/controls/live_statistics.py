"""Statistics of the data for who shows them: at once where that is quick, else worked out beside the window."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from nnlab.core.preparation import Data
from nnlab.jobs.service import Job
from nnlab.training.feature_statistics import TRAINING, ColumnStatistics, feature_statistics
from nnlab.ui.run.jobs import LiveJobs

QUICK = 400_000  # numbers that are sorted and counted before anybody notices


def ask_statistics(jobs: LiveJobs, data: Data, then: Callable[[Sequence[ColumnStatistics]], None], part: str = TRAINING) -> None:
    """`then` is called with the statistics of one part of the data; it has to ask itself whether they are still wanted."""
    if data.raw_x.size <= QUICK:
        then(feature_statistics(data, part))
        return

    def take(job: Job) -> None:
        if job.result is not None:
            then(job.result)

    jobs.ask("Statistics of the data", lambda context: feature_statistics(data, part), take, f"statistics of {part}")
