"""The feed: every view of the session is passed on to the panels that can be seen, in one call from Qt.

A window has more than thirty panels, of which a few are shown. While each was connected to the session, telling them of a frame took the
window's thread half a millisecond before anything was drawn.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from PySide6.QtCore import QObject

from nnlab.ui.document.document import Document
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.run.session import LiveSession


class Fed(Protocol):
    """A panel that can be seen."""

    def take(self, view: LiveView) -> None: ...


class PanelFeed(QObject):
    """`newest` is what a panel that comes to be seen has missed; None while there is nothing to show."""

    def __init__(self, document: Document, session: LiveSession) -> None:
        super().__init__(session)
        self._session = session
        self._panels: dict[Fed, None] = {}
        self.newest: LiveView | None = None
        session.ticked.connect(self._pass_on)
        session.state_changed.connect(self._rest)
        session.emptied.connect(self._forget)
        document.replaced.connect(self._forget)

    @property
    def has_panels(self) -> bool:
        """Whether any panel can be seen."""
        return bool(self._panels)

    def join(self, panel: Fed) -> None:
        self._panels[panel] = None

    def leave(self, panel: Fed) -> None:
        self._panels.pop(panel, None)

    def _pass_on(self, view: LiveView) -> None:
        self.newest = view
        for panel in list(self._panels):
            panel.take(view)

    def _rest(self) -> None:
        """The last frame may have been shown before the news of a pause; its view then still says that training runs."""
        if self.newest is not None and self.newest.playing and not self._session.is_playing:
            self.newest = replace(self.newest, playing=False)

    def _forget(self) -> None:
        self.newest = None
