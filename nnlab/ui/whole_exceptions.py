"""Exceptions leave methods that Qt calls as whole objects, or PySide ends the process (before Python 3.12).

When a method of ours that overrides one of Qt's raises, PySide puts "Error calling Python override of …" before the exception's words. It
takes what it gets for an exception object, but until 3.12 what C code raises (`int("x")`, an array of the wrong shape, an object that Qt
has deleted) is still a bare text, which becomes an object at the first `except`. PySide 6.11.3 counts up a reference inside the text and
dies: `PepException_GetArgs` in libshiboken6, a segmentation fault at ffffffffffffffff. So every override passes through an `except`. The
exception itself is told as ever: by `sys.excepthook`, or to the Python that called Qt.

`nnlab.ui` installs this before the first class of a window is made; nothing is loaded for it where no window is.
"""

from __future__ import annotations

import functools
import importlib.abc
import inspect
import sys
from collections.abc import Callable
from types import FunctionType
from typing import Any

_FIRST = "PySide6.QtCore"  # shiboken6 is there when it is looked for


def whole(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same, for a method that Qt calls."""

    @functools.wraps(function)
    def override(*args: Any, **keywords: Any) -> Any:
        try:
            return function(*args, **keywords)
        except BaseException:
            raise  # as an object now

    return override


def protect(cls: type, base: type) -> None:
    """Makes the overrides of a class over Qt's whole: its own, and those that it has from classes which know nothing of Qt.

    `base` is what all classes of Qt's come from.
    """
    theirs = next((found for found in cls.__mro__ if _is_theirs(found)), None)
    if theirs is None:
        return
    for owner in cls.__mro__[:-1]:
        if owner is not cls and issubclass(owner, base):
            continue  # Qt's, or protected when it was made
        for name, value in list(vars(owner).items()):
            if "_" in name or type(value) is not FunctionType:  # no name of Qt's has an underscore
                continue
            if hasattr(theirs, name) and not hasattr(value, "__wrapped__") and inspect.getattr_static(cls, name) is value:
                setattr(cls, name, whole(value))


def _is_theirs(cls: type) -> bool:
    return cls.__module__.startswith("PySide6.")


def install() -> None:
    """From now on classes over Qt's are protected as they are made: at once where PySide is loaded, else as soon as it is."""
    if sys.version_info >= (3, 12):
        return
    if "shiboken6.Shiboken" in sys.modules:
        _install()
    elif not any(isinstance(finder, _WithPySide) for finder in sys.meta_path):
        sys.meta_path.insert(0, _WithPySide())


class _WithPySide(importlib.abc.MetaPathFinder):
    """Finds nothing, but sees PySide come."""

    def find_spec(self, name: str, path: object, target: object = None) -> None:
        if name == _FIRST:
            sys.meta_path.remove(self)
            _install()


def _install() -> None:
    from shiboken6 import Shiboken

    base: Any = Shiboken.Object

    def protected(cls: type, **keywords: Any) -> None:
        super(base, cls).__init_subclass__(**keywords)
        protect(cls, base)

    base.__init_subclass__ = classmethod(protected)
