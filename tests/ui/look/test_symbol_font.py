"""The icon font is the one of QtAwesome, without QtAwesome."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QPainterPath
from PySide6.QtWidgets import QApplication

from nnlab.core.errors import NNLabError
from nnlab.ui.look import symbol_font
from nnlab.ui.look.glyphs import symbol
from nnlab.ui.look.icons import _SYMBOLS


@pytest.mark.parametrize("name", ["play", "snowflake", "chevron-down"])
def test_symbols_are_those_of_qtawesome(qapp: QApplication, name: str) -> None:
    import qtawesome

    path = QPainterPath()
    path.addText(0, 0, qtawesome.font("mdi6", 96), qtawesome.charmap(f"mdi6.{name}"))
    ours = symbol(name).path
    assert ours.elementCount() == path.elementCount() > 3
    assert ours.boundingRect().size().toSize() == path.boundingRect().size().toSize()


def test_the_font_has_every_symbol_that_is_used() -> None:
    assert set(_SYMBOLS.values()) <= symbol_font.characters().keys()


def test_the_layer_over_other_bindings_is_not_imported() -> None:
    code = "import sys, nnlab.ui.window.assembly; print(*{'qtpy', 'qtawesome'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.split() == []


def test_a_font_that_is_missing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(symbol_font, "find_spec", lambda name: None)
    with pytest.raises(NNLabError, match="The icons are missing"):
        symbol_font._file("*.ttf")


def test_a_font_that_cannot_be_read_is_said(qapp: QApplication, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "broken.ttf"
    broken.write_bytes(b"no font")
    monkeypatch.setattr(symbol_font, "_file", lambda pattern: broken)
    with pytest.raises(NNLabError, match="is not a font"):
        symbol_font._family.__wrapped__()
