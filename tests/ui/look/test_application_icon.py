"""The icon of the application is drawn at every size, and the application has it."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from nnlab.ui.look.application_icon import SIZES, application_icon, icon_image


def test_it_is_drawn_at_every_size(qtbot: QtBot) -> None:
    for size in SIZES:
        image = icon_image(size)
        assert (image.width(), image.height()) == (size, size)
        assert image.pixelColor(0, 0).alpha() == 0 and image.pixelColor(size // 2, size // 8).alpha() == 255, "a rounded square"
        assert len({image.pixel(x, y) for x in range(size) for y in range(size)}) > 8
    assert [found.width() for found in application_icon().availableSizes()] == list(SIZES)
