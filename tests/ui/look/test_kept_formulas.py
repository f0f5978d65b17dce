"""A formula is typeset once, and found in the next start; what cannot be read is typeset again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from nnlab.ui.look import formula, kept_formulas

TEXT = r"y = \frac{x}{1 + |x|}"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(kept_formulas, "_folder", lambda: tmp_path / "formulas")
    formula.typeset.cache_clear()
    yield tmp_path / "formulas"
    formula.typeset.cache_clear()


def test_the_next_start_needs_no_typesetter(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made, rule = formula.typeset(TEXT), formula.typeset(r"1.702\, x")
    assert len(list(folder.iterdir())) == 1, "with a number in it only what is asked for is kept"
    formula.keep(r"1.702\, x")
    formula.typeset.cache_clear()
    monkeypatch.setattr(formula, "_typeset", lambda text: pytest.fail("typeset again"))
    assert formula.typeset(TEXT) == made and made.svg
    assert formula.typeset(r"1.702\, x") == rule and rule.svg


@pytest.mark.parametrize(("text", "is_kept"), [(r"z_{2}", True), (r"\cdot", True), ("x_{12}", False), (r"0.3 \cdot x", False)])
def test_symbols_are_kept_and_numbers_are_not(folder: Path, text: str, is_kept: bool) -> None:
    """The first step shows signs and names alone: the window waited for the typesetter's import, which another thread had begun."""
    formula.typeset(text)
    assert folder.exists() is is_kept


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff"])
def test_what_cannot_be_read_is_typeset_again(folder: Path, content: bytes) -> None:
    formula.keep(TEXT)
    (kept,) = folder.iterdir()
    kept.write_bytes(content)
    formula.typeset.cache_clear()
    assert formula.typeset(TEXT).svg


def test_what_cannot_be_typeset_is_not_kept(folder: Path) -> None:
    formula.keep(r"\frac{1}")
    assert not folder.exists()


def test_a_folder_that_cannot_be_made_keeps_nothing(folder: Path) -> None:
    folder.write_text("a file stands in its place")
    formula.keep(TEXT)
    assert formula.typeset(TEXT).svg


def test_there_is_an_end(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_formulas, "MOST", 2)
    for text in ("a", "b", "c"):
        formula.keep(text)
    assert len(list(folder.iterdir())) == 2
