"""The panels of a window: each is made when it is first shown or asked for.

Most are never seen in a window's life, and to make all of them took two fifths of the time in which a window opens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from nnlab.ui.panels.base import LivePanel, Services
from nnlab.ui.panels.registry import PANELS
from nnlab.ui.window.dock_area import DockArea


class WindowPanels(Mapping[str, LivePanel]):
    """By name. `place(name, panel)` gives a new one its place in the window, before anybody else has it."""

    def __init__(self, services: Services, place: Callable[[str, LivePanel], None]) -> None:
        self._services, self._place = services, place
        self._feed = services.feed  # takes note of views from the first on, whenever the first panel is made
        self._made: dict[str, LivePanel] = {}
        self._waiting: dict[str, list[Callable[[LivePanel], None]]] = {}

    def __getitem__(self, name: str) -> LivePanel:
        if name not in self._made:
            panel = self._made[name] = PANELS[name](self._services)
            self._place(name, panel)
            for tell in self._waiting.pop(name, ()):
                tell(panel)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(PANELS)

    def __len__(self) -> int:
        return len(PANELS)

    def add_docks(self, area: DockArea) -> None:
        """A dock for every panel that does not stand in the middle."""
        for name, kind in PANELS.items():
            if not kind.is_centre:
                area.add_later(name, kind.title, partial(self.__getitem__, name))

    def is_made(self, name: str) -> bool:
        """Whether there is a panel of this name already."""
        return name in self._made

    def look_again(self) -> None:
        """Panels have come to the front of their tabs, or gone behind another."""
        for panel in list(self._made.values()):
            panel.look_again()

    def when_made(self, name: str, tell: Callable[[LivePanel], None]) -> None:
        """Calls `tell` with a panel as soon as there is one: now, or after it was given its place."""
        if name in self._made:
            tell(self._made[name])
        else:
            self._waiting.setdefault(name, []).append(tell)
