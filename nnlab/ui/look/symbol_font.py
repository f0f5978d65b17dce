"""The icon font: Material Design Icons, the files that QtAwesome brings along.

QtAwesome itself is not imported: it goes through a layer over four bindings of Qt that touches every class of three of its modules, and
loads eleven fonts where one is needed; without it a window shows 80 ms earlier, of 3.5 s of processor time.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from PySide6.QtGui import QFont, QFontDatabase

from nnlab.core.errors import NNLabError

_STEM = "materialdesignicons6-webfont"


def _file(pattern: str) -> Path:
    """The one file of the package that matches; its name has a version in it."""
    spec = find_spec("qtawesome")  # finds it and runs nothing of it
    for folder in (spec.submodule_search_locations or ()) if spec is not None else ():
        for file in sorted(Path(folder, "fonts").glob(pattern)):
            return file
    raise NNLabError(f"The icons are missing: the package qtawesome has no file {pattern}; install NN Lab again.")


@cache
def characters() -> dict[str, str]:
    """The character of every symbol, by the symbol's own name ("play")."""
    codes: dict[str, str] = json.loads(_file(f"{_STEM}-charmap-*.json").read_bytes())
    return {name: chr(int(code, 16)) for name, code in codes.items()}


@cache
def _family() -> str:
    path = _file(f"{_STEM}-[0-9]*.ttf")
    families = QFontDatabase.applicationFontFamilies(QFontDatabase.addApplicationFont(str(path)))
    if not families:
        raise NNLabError(f"The icons cannot be drawn: {path} is not a font that can be read; install NN Lab again.")
    return families[0]


def symbol_font(size: float) -> QFont:
    """The font, `size` pixels high. Needs a QGuiApplication."""
    font = QFont(_family())
    font.setPixelSize(round(size))
    return font
