"""A run that is put aside while another one is shown."""

from __future__ import annotations

from dataclasses import dataclass

from nnlab.training.commands import Stepped
from nnlab.training.debugging import Debugging
from nnlab.ui.run.live_project import ProjectAside


@dataclass(frozen=True, eq=False)
class SessionAside:
    """A run that is put aside, and what was known of it."""

    runs: object  # for the thread that trains
    project: ProjectAside
    debugging: Debugging
    last_step: Stepped | None
    failure: str
