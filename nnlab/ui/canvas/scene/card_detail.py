"""How much of every card is drawn: its neurons, or the compact form. The workspace prefers one of them, and the zoom decides."""

from __future__ import annotations

from nnlab.ui.canvas.model import geometry

# Zooms at which cards become compact and show their neurons again, by whether the workspace prefers neurons; apart, so that they do not
# flicker between the two forms.
COLLAPSE_BELOW, EXPAND_ABOVE = {True: 0.48, False: 1.45}, {True: 0.52, False: 1.6}


class CardDetail:
    """`expanded`: whether the workspace prefers neurons. `close`: the zoom for which compact cards stand as near as they can, or None."""

    def __init__(self) -> None:
        self.expanded = True
        self.zoom = 1.0
        self.close: float | None = None
        self._is_compact = False

    @property
    def shows_tiles(self) -> bool:
        """Whether cards show their neurons: from afar they never do, and from near by always, in every workspace."""
        return not self._is_compact

    @property
    def is_close(self) -> bool:
        """Whether compact cards stand as near as they can: all are seen, where with their neurons none could be read."""
        return self.close is not None

    @property
    def prefers_tiles(self) -> bool:
        return self.expanded and not self.is_close

    @property
    def is_spread(self) -> bool:
        """Whether cards stand as far apart as their neurons need. While one builds they stand where they were put."""
        return self.prefers_tiles or self.shows_tiles

    @property
    def text_scale(self) -> float:
        """Canvas units for one pixel of text."""
        return geometry.text_scale(self.zoom)

    def prefer(self, expanded: bool) -> None:
        """Neurons (True) or the compact form of the Build workspace, from now on."""
        self.expanded, self.close = expanded, None
        self._is_compact = self.zoom < EXPAND_ABOVE[expanded]

    def set_zoom(self, zoom: float) -> None:
        self.zoom = zoom
        prefers_tiles = self.prefers_tiles
        if zoom < COLLAPSE_BELOW[prefers_tiles]:
            self._is_compact = True
        elif zoom > EXPAND_ABOVE[prefers_tiles]:
            self._is_compact, self.close = False, None

    def set_close(self, zoom: float | None) -> None:
        """Compact cards, as near as they can stand, with names to be read at this zoom; None: as the workspace prefers them."""
        self._is_compact = zoom is not None or self.zoom < EXPAND_ABOVE[self.expanded]
        self.close = zoom
