"""Panels are found by their modules, and one that is asked for brings in its own alone."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

from nnlab.ui.panels.base import LivePanel
from nnlab.ui.panels.registry import PANELS, PanelKinds

PANEL = 'from nnlab.ui.panels.base import LivePanel\n\n\nclass Panel{0}(LivePanel):\n    name = "{1}"\n'


@pytest.fixture
def kinds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PanelKinds:
    """Of a package with two panels, a module without any, and one that has the first by import."""
    folder = tmp_path / "some_panels"
    folder.mkdir()
    (folder / "__init__.py").write_text("", encoding="utf-8")
    (folder / "first.py").write_text(PANEL.format("A", "first"), encoding="utf-8")
    (folder / "second.py").write_text(PANEL.format("B", "second"), encoding="utf-8")
    (folder / "tools.py").write_text("from some_panels.first import PanelA\n\n\nclass Plain(PanelA):\n    pass\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in [name for name in sys.modules if name.startswith("some_panels")]:
        monkeypatch.delitem(sys.modules, name)
    return PanelKinds(importlib.import_module("some_panels"))


def loaded() -> set[str]:
    return {name.partition(".")[2] for name in sys.modules if name.startswith("some_panels.")}


def test_one_panel_brings_in_its_module_alone(kinds: PanelKinds) -> None:
    assert issubclass(kinds["second"], LivePanel) and kinds["second"].name == "second"
    assert loaded() == {"second"}
    assert list(kinds) == ["first", "second"] and len(kinds) == 2
    assert loaded() == {"first", "second", "tools"}
    assert kinds["first"].__name__ == "PanelA", "not what merely has its name from it"


def test_a_panel_that_is_not_there_is_a_key_that_is_not(kinds: PanelKinds) -> None:
    for name in ("third", "tools"):
        assert name not in kinds
        with pytest.raises(KeyError):
            kinds[name]


def test_the_registry_is_no_panel() -> None:
    assert "registry" not in PANELS and "loss" in PANELS
