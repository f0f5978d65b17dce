import re
import struct

from PySide6.QtCore import QFile
from PySide6.QtGui import QColor, QIcon

from nnlab.ui.look.memory_images import hash_of_name, register_images, resource_data
from nnlab.ui.look.metrics import SMALL
from nnlab.ui.look.style_sheet import images, style_sheet
from nnlab.ui.look.tokens import DARK, LIGHT


def test_every_value_is_filled_in_and_every_image_exists() -> None:
    sheet = style_sheet(DARK, SMALL, register_images("test-dark", images(DARK)))
    assert "@" not in sheet
    named = re.findall(r"url\((.*?)\)", sheet)
    assert named and all(QFile.exists(image) for image in named)


def test_images_have_the_colors_of_their_theme(qapp: object) -> None:
    folder = register_images("test-light", images(LIGHT))
    assert LIGHT.hex("text2") in images(LIGHT)["down.svg"]
    image = QIcon(f"{folder}/check.svg").pixmap(64, 64).toImage()
    colors = {image.pixelColor(x, y).name() for x in range(64) for y in range(64) if image.pixelColor(x, y).alpha() == 255}
    assert colors == {QColor(LIGHT.on_accent).name()}


def test_images_lie_in_memory_and_hold_what_was_given() -> None:
    """On a full disk the window opens, too."""
    texts = {f"{name}.svg": f"<svg>{name} é</svg>" for name in ("check", "down", "up", "right", "a", "zz", "down_disabled")}
    folder = register_images("test-memory", texts)
    assert folder == ":/test-memory" == register_images("test-memory", {})  # a second time nothing is changed
    for name, text in texts.items():
        file = QFile(f"{folder}/{name}")
        assert file.open(QFile.OpenModeFlag.ReadOnly) and bytes(file.readAll().data()).decode() == text
    assert not QFile.exists(f"{folder}/other.svg")


def test_the_bytes_are_those_of_rcc() -> None:
    """`pyside6-rcc --format-version 1 --no-compress` of PySide 6.11.3, for three files in :/x that hold "hi"."""
    tree, names, contents = resource_data("x", dict.fromkeys(("images", "down_disabled.svg", "a.txt"), b"hi"))
    assert contents == 3 * b"\0\0\0\2hi"
    hashes = {"x": 0x78, "a.txt": 0x00645BF4, "images": 0x07037DC3, "down_disabled.svg": 0x087BCCE7}
    assert {name: hash_of_name(name) for name in hashes} == hashes
    assert len(names) == 4 * 6 + 2 * sum(map(len, hashes))
    rows = [tree[at : at + 14] for at in range(0, len(tree), 14)]
    assert rows[:2] == [struct.pack(">IHII", 0, 2, 1, 1), struct.pack(">IHII", 0, 2, 3, 2)]
    for row, (name, code), place in zip(rows[2:], list(hashes.items())[1:], (0, 6, 12), strict=True):
        at, flags, country, language, content = struct.unpack(">IHHHI", row)
        assert (flags, country, language, content) == (0, 0, 1, place)
        assert names[at:].startswith(struct.pack(">HI", len(name), code) + name.encode("utf-16-be"))


def test_braces_are_balanced() -> None:
    sheet = style_sheet(DARK, SMALL, ":/nowhere")
    assert sheet.count("{") == sheet.count("}")
