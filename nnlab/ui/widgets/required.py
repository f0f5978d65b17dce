"""What Qt declares as possibly absent and a caller knows to be there: the application, a widget's parent, its layout.

An absent one is a fault of the program: an AssertionError here says so at once, instead of an AttributeError on None further on.
"""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QLayout, QWidget


def application() -> QApplication:
    """The running application."""
    found = QApplication.instance()
    assert isinstance(found, QApplication), "there is no QApplication"
    return found


def parent_of(widget: QWidget) -> QWidget:
    """The widget that holds this one."""
    found = widget.parentWidget()
    assert found is not None, f"{type(widget).__name__} has no parent"
    return found


def layout_of(widget: QWidget) -> QLayout:
    """The widget's own layout."""
    found = widget.layout()
    assert found is not None, f"{type(widget).__name__} has no layout"
    return found
