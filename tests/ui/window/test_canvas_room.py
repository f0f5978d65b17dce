"""A low canvas with large text: what lies over it gives its room to the network."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication

from nnlab.app import open_window
from nnlab.files.examples import load_example
from nnlab.ui.canvas.cards import compact_text
from nnlab.ui.files.store import Store


def test_names_are_read_at_twice_the_size_and_nothing_lies_over_the_cards(qapp: QApplication, tmp_path: Path) -> None:
    window = open_window("plane", theme="dark", size=QSize(1280, 800), store=Store(tmp_path))
    try:
        window.document.edit("Show", load_example("digits_convnet"))
        window.show_workspace("step")
        for scale in (1.0, 1.4, 1.8, 2.0):
            window._theme.set_scale(scale)
            for _ in range(3):
                QApplication.processEvents()
            window.canvas.fit()
            canvas, zoom = window.canvas, window.canvas.view.zoom
            cards = canvas.view.mapFromScene(canvas.scene.content_rect()).boundingRect()
            over = [widget for widget in (window.header, canvas._zoom_bar) if widget.isVisible()]
            assert not any(cards.intersects(ground) for ground in window.header.grounds if window.header.isVisible()), scale
            assert scale > 1.4 or len(over) == 2
            for item in canvas.scene.items_by_card.values():
                line = next(line for line in compact_text.lines(item, zoom) if line.is_name)
                assert 13.0 * item.kit.scale * line.scale * zoom >= 11.0, (scale, item.card.title)
    finally:
        window._theme.set_scale(1.0)
        window.files.give_up()
        window.close()
        window.deleteLater()
