"""Going to a single neuron: by a double click on its tile, by key, and from one to its neighbours. The picture glides there.

It is the same zoom as by the wheel, only taken in one movement: `Viewport.show_at` at zooms and places in between.
"""

from __future__ import annotations

from PySide6.QtCore import QEasingCurve, QObject, QPointF, Qt, QVariantAnimation

from nnlab.ui.canvas.model.content import LOSS
from nnlab.ui.canvas.model.geometry import LOSS_WIDTH, Tile
from nnlab.ui.canvas.neurons.painting import SHARE_OPEN, openness, unit
from nnlab.ui.canvas.scene.card_detail import EXPAND_ABOVE
from nnlab.ui.canvas.scene.scene import GraphScene
from nnlab.ui.canvas.scene.viewport import LARGEST, Viewport

MILLISECONDS = 160
FILL = 0.97  # of the room that a tile takes when one goes to it
NUMBERS_WIDTH = 435.0  # pixels at 100 % that a loss card takes when one goes to it: its numbers are shown from SHARE_OPEN on


class UnitZoom(QObject):
    """Moves a picture to units; `largest` zoom is the picture's own."""

    def __init__(self, picture: Viewport, scene: GraphScene) -> None:
        super().__init__(picture)
        self._picture, self._scene = picture, scene
        self._start = self._end = (1.0, QPointF())
        self._animation = QVariantAnimation(self)
        self._animation.setStartValue(0.0)
        self._animation.setEndValue(1.0)
        self._animation.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._animation.valueChanged.connect(self._show)

    def to_unit(self, card: str, unit: int) -> bool:
        """Shows a unit of a card as large as the room allows; False when it has none (an operator on images)."""
        scene = self._scene
        self._spread(card)
        scene.show_unit(card, unit)
        item = scene.items_by_card[card]
        tile = next((tile for tile in item.geometry.tiles if tile.unit == unit), None)
        if tile is None and len(item.geometry.tiles) == 1:
            tile = item.geometry.tiles[0]  # one picture stands for all units
        if tile is None:
            return False
        room = self._picture.room
        zoom = FILL * min(room.width() / tile.rect.width(), room.height() / tile.rect.height())
        self._go(min(zoom, LARGEST), item.position + tile.rect.center())
        return True

    def to_card(self, card: str) -> bool:
        """Shows the first unit of a card, or a loss card's numbers."""
        item = self._scene.items_by_card[card]
        self._spread(card)
        if item.geometry.tiles:
            return self.to_unit(card, item.geometry.tiles[0].unit)
        if item.card.form != LOSS or not item.geometry.is_expanded:
            return False
        room, outline = self._picture.room, item.outline
        narrow, wide = SHARE_OPEN * unit(item.kit) / LOSS_WIDTH, NUMBERS_WIDTH * unit(item.kit) / LOSS_WIDTH
        zoom = max(FILL * room.height() / outline.height(), min(wide, max(narrow, FILL * room.width() / LOSS_WIDTH)))
        # The numbers are at the foot of the card: where it is higher than the room, its head is what goes out of sight.
        beyond = max(0.0, outline.height() - FILL * room.height() / zoom)
        self._go(zoom, outline.center() + QPointF(0.0, beyond / 2))
        return True

    def _spread(self, card: str) -> None:
        """Goes near enough for compact cards to show their neurons."""
        if not self._scene.detail.shows_tiles and self._scene.cards[card].units is not None:
            zoom = max(self._picture.zoom, EXPAND_ABOVE[self._scene.detail.expanded] * 1.01)
            self._picture.show_at(zoom, self._scene.items_by_card[card].position)

    def is_open(self, card: str, unit: int | None) -> bool:
        """Whether a unit's tile shows its inside."""
        item = self._scene.items_by_card[card]
        sides = [tile.rect.width() for tile in item.geometry.tiles if tile.unit == unit]
        return bool(sides) and openness(sides[0] * self._picture.zoom, item.kit) > 0.5

    def step(self, by: int) -> bool:
        """To the neighbouring unit of the one that fills the picture; False when none does."""
        found = self.present
        if found is None:
            return False
        card, tile = found
        units = self._scene.cards[card].units or 0
        return self.to_unit(card, min(max(tile.unit + by, 0), units - 1))

    @property
    def present(self) -> tuple[str, Tile] | None:
        """The card and tile in the middle of the picture, if it is large enough to show its inside."""
        middle = self._picture.mapToScene(self._picture.room.center().toPoint())
        for name, item in self._scene.items_by_card.items():
            for tile in item.geometry.tiles:
                side = tile.rect.width() * self._picture.zoom
                if openness(side, item.kit) > 0.5 and tile.rect.translated(item.position).contains(middle):
                    return name, tile
        return None

    def key(self, key: int, modifiers: Qt.KeyboardModifier) -> bool:
        """Up and down lead to the neighbouring unit while one fills the picture: nothing there could be nudged."""
        ways = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        return key in ways and not modifiers & ~Qt.KeyboardModifier.KeypadModifier and self.step(ways[Qt.Key(key)])

    def stop(self) -> None:
        """Where it is; whoever moves the picture otherwise calls this first."""
        self._animation.stop()

    def _go(self, zoom: float, point: QPointF) -> None:
        picture = self._picture
        self._animation.stop()
        self._start = (picture.zoom, picture.mapToScene(picture.room.center().toPoint()))
        self._end = (zoom, point)
        duration = self._scene.theme.duration(MILLISECONDS)
        if duration:
            self._animation.setDuration(duration)
            self._animation.start()
        else:
            picture.show_at(zoom, point)

    def _show(self, share: float) -> None:
        """At a share of the way: the zoom grows evenly by factors, and the goal moves straight over the screen."""
        (z0, p0), (z1, p1) = self._start, self._end
        zoom = z0 * (z1 / z0) ** share
        along = share if abs(z1 / z0 - 1.0) < 1e-3 else (1.0 - z0 / zoom) / (1.0 - z0 / z1)
        self._picture.show_at(zoom, p0 + (p1 - p0) * along)
