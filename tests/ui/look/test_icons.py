import gc

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon, QPixmap

from nnlab.ui.look.icons import ROLES, glyph, icon, tinted
from nnlab.ui.look.theme import DARK, LIGHT, Theme

NORMAL, DISABLED = QIcon.Mode.Normal, QIcon.Mode.Disabled
OFF, ON = QIcon.State.Off, QIcon.State.On


def solid_colors(pixmap: QPixmap) -> set[str]:
    image = pixmap.toImage()
    pixels = (image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height()))
    return {color.name() for color in pixels if color.alpha() == 255}


@pytest.mark.parametrize("role", ROLES)
def test_every_role_has_a_drawing(role: str, theme: Theme) -> None:
    assert not glyph(role).path.isEmpty()


def test_icons_follow_the_theme_without_being_made_again(theme: Theme) -> None:
    play = icon(theme, "play")
    assert solid_colors(play.pixmap(QSize(44, 44))) == {DARK.hex("text")}
    theme.set_mode("light")
    assert solid_colors(play.pixmap(QSize(44, 44))) == {LIGHT.hex("text")}


def test_disabled_icons_are_quiet_and_checked_ones_may_differ(theme: Theme) -> None:
    play = icon(theme, "play", on="pause", color="text2")
    size = QSize(44, 44)
    assert solid_colors(play.pixmap(size, DISABLED, OFF)) == {DARK.hex("stroke")}
    assert solid_colors(play.pixmap(size, NORMAL, OFF)) == {DARK.hex("text2")}
    assert play.pixmap(size, NORMAL, OFF).toImage() != play.pixmap(size, NORMAL, ON).toImage()


def test_tinting_keeps_the_shape(theme: Theme) -> None:
    play = icon(theme, "play")
    shape = tinted(play, 22, 2.0, QColor("#06231b"))
    assert shape.width() == 44
    assert solid_colors(shape) == {"#06231b"}


def test_unknown_roles_are_refused(theme: Theme) -> None:
    with pytest.raises(ValueError, match="no icon 'banana'"):
        icon(theme, "banana")


def test_a_changed_copy_of_an_icon_still_paints(theme: Theme) -> None:
    """Qt clones the engine then; PySide would let the clone die."""
    copy = QIcon(icon(theme, "play"))
    copy.setIsMask(True)
    gc.collect()
    assert solid_colors(copy.pixmap(QSize(44, 44))) == {DARK.hex("text")}
