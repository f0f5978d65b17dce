"""Every panel there is: found by importing the modules of this package, so that a new panel is one new file.

A panel's module has the panel's name. One that is asked for by name brings in its own module alone: the page a window opens with is there
before the plots of the others, which are another third of the time it takes to import a window.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from types import ModuleType

import nnlab.ui.panels as package
from nnlab.ui.panels.base import LivePanel


class PanelKinds(Mapping[str, type[LivePanel]]):
    """Panels by name: the subclasses of LivePanel that a module of the package defines itself and gives a name."""

    def __init__(self, package: ModuleType) -> None:
        self._package = package
        self._modules = sorted(info.name for info in pkgutil.iter_modules(package.__path__) if not info.ispkg and info.name != "registry")
        self._found: dict[str, type[LivePanel]] | None = None  # once all modules were imported

    def __getitem__(self, name: str) -> type[LivePanel]:
        if self._found is None and name in self._modules and (own := self._defined_in(name).get(name)) is not None:
            return own
        return self._all()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def _all(self) -> dict[str, type[LivePanel]]:
        if self._found is None:
            self._found = {name: kind for module in self._modules for name, kind in self._defined_in(module).items()}
        return self._found

    def _defined_in(self, name: str) -> dict[str, type[LivePanel]]:
        module = importlib.import_module(f"{self._package.__name__}.{name}")
        things = [thing for thing in vars(module).values() if isinstance(thing, type) and issubclass(thing, LivePanel)]
        return {kind.name: kind for kind in things if kind.__module__ == module.__name__ and "name" in vars(kind)}


PANELS = PanelKinds(package)
