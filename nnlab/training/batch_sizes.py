"""Stochastic, mini-batch and full-batch descent beside one another: what to compare a project with, to see what the batch size does."""

from __future__ import annotations

from nnlab.core.errors import SettingError
from nnlab.training.difference import Difference
from nnlab.training.project import Project
from nnlab.training.settings import BATCH_SIZE

MINI = 32


def batch_size_comparison(project: Project, rows: int) -> tuple[Difference, ...]:
    """The two of batch 1, a mini-batch and all `rows` training samples that the project itself is not; raises SettingError for few rows.

    The project's own batch size is the mini-batch, where it is one.
    """
    if rows < 3:
        samples = f"{rows} training sample{'s' if rows != 1 else ''}"
        raise SettingError(f"With {samples} there is no mini-batch between one sample and all of them; use more data.")
    own, full = project.training.batch_size, min(rows, int(BATCH_SIZE.maximum or rows))
    mini = own if 1 < own < full else min(MINI, max(2, full // 4))
    wanted = [size for size in (1, mini, full) if size != min(own, full)]
    return tuple(Difference("batch_size", str(size)) for size in wanted)
