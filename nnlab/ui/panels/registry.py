"""Every panel there is: found by importing each module of this package, so that a new panel is one new file."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType

import nnlab.ui.panels as package
from nnlab.ui.panels.base import LivePanel


def _discover() -> Mapping[str, type[LivePanel]]:
    """Panels by name: the subclasses of LivePanel that a module defines itself and gives a name."""
    found: dict[str, type[LivePanel]] = {}
    for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda module: module.name):
        if info.ispkg or info.name == "registry":
            continue
        module = importlib.import_module(f"{package.__name__}.{info.name}")
        for thing in vars(module).values():
            if isinstance(thing, type) and issubclass(thing, LivePanel) and thing.__module__ == module.__name__ and "name" in vars(thing):
                found[thing.name] = thing
    return MappingProxyType(found)


PANELS: Mapping[str, type[LivePanel]] = _discover()
