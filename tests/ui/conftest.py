"""One theme for all tests of the window: a style sheet belongs to the whole application. Every test starts with it dark and small."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from nnlab.ui.look.theme import Theme


@pytest.fixture(scope="session")
def session_theme(qapp: QApplication) -> Theme:
    return Theme(qapp, "dark")


@pytest.fixture
def theme(session_theme: Theme) -> Iterator[Theme]:
    yield session_theme
    session_theme.set_mode("dark")
    session_theme.set_window_width(1280)
    session_theme.set_scale(1.0)
    session_theme.reduced_motion = False
