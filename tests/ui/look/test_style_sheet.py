import re
from pathlib import Path

from PySide6.QtGui import QColor, QIcon

from nnlab.ui.look.metrics import SMALL
from nnlab.ui.look.style_sheet import style_sheet, write_images
from nnlab.ui.look.tokens import DARK, LIGHT


def test_every_value_is_filled_in_and_every_image_exists(tmp_path: Path) -> None:
    write_images(DARK, tmp_path)
    sheet = style_sheet(DARK, SMALL, tmp_path)
    assert "@" not in sheet
    images = re.findall(r"url\((.*?)\)", sheet)
    assert images
    assert all(Path(image).is_file() for image in images)


def test_images_have_the_colors_of_their_theme(tmp_path: Path, qapp: object) -> None:
    write_images(LIGHT, tmp_path)
    assert LIGHT.hex("text2") in (tmp_path / "down.svg").read_text()
    image = QIcon(str(tmp_path / "check.svg")).pixmap(64, 64).toImage()
    colors = {image.pixelColor(x, y).name() for x in range(64) for y in range(64) if image.pixelColor(x, y).alpha() == 255}
    assert colors == {QColor(LIGHT.on_accent).name()}


def test_braces_are_balanced(tmp_path: Path) -> None:
    sheet = style_sheet(DARK, SMALL, tmp_path)
    assert sheet.count("{") == sheet.count("}")
