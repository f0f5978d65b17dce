"""numba compiles in Python, dozens of passes for a function: before each of them the display goes first, see `courtesy`."""

from __future__ import annotations

from typing import Any

from numba.core import event

from nnlab.core.courtesy import give_way


class _BeforePasses(event.Listener):
    def on_start(self, event: Any) -> None:
        give_way()

    def on_end(self, event: Any) -> None:
        """The next pass begins at once, or somebody else waits."""


event.register("numba:run_pass", _BeforePasses())
