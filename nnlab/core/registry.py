"""Registries: one file registers one thing, and every view of the project finds it there.

A registry fills itself by importing every module of its package once, so that adding a file is the
whole of adding an operator, optimiser, schedule or data set. Modules imported later (a plug-in in the
user's folder) register into the same registry and tell its listeners.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import threading
from collections.abc import Callable, Iterator
from typing import Generic, Protocol, TypeVar

from nnlab.core.errors import NNLabError, shown
from nnlab.core.plugins import load_own_plugins


class Named(Protocol):
    @property
    def name(self) -> str: ...


T = TypeVar("T", bound=Named)


class Registry(Generic[T]):
    """Things by name, filled from the modules of `package` on first use."""

    def __init__(self, kind: str, package: str) -> None:
        self.kind = kind
        self.package = package
        self.version = 0  # counts changes, for whoever remembers what followed from the things registered
        self._things: dict[str, T] = {}
        self._filled = False
        self._filling = threading.RLock()
        self._listeners: list[Callable[[T], None]] = []

    def add(self, thing: T) -> T:
        """Registers `thing` under its name; a later registration of the same name replaces the earlier."""
        self._things[thing.name] = thing
        self.version += 1
        for listener in tuple(self._listeners):
            listener(thing)
        return thing

    def remove(self, name: str) -> None:
        self._things.pop(name, None)
        self.version += 1

    def listen(self, listener: Callable[[T], None]) -> Callable[[], None]:
        """Calls `listener(thing)` for everything registered from now on, until the function returned is called."""
        self._listeners.append(listener)

        def stop(*_: object) -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return stop

    def __getitem__(self, name: str) -> T:
        self._fill()
        try:
            return self._things[name]
        except (KeyError, TypeError):  # TypeError: a list, say, which cannot be a name
            raise NNLabError(f"There is no {self.kind} named {shown(name)}; known are {', '.join(sorted(self._things))}.") from None

    def __contains__(self, name: object) -> bool:
        self._fill()
        return isinstance(name, str) and name in self._things

    def __iter__(self) -> Iterator[T]:
        self._fill()
        return iter(tuple(self._things.values()))

    def __len__(self) -> int:
        self._fill()
        return len(self._things)

    def names(self) -> tuple[str, ...]:
        self._fill()
        return tuple(self._things)

    def _fill(self) -> None:
        """Imports every module of the package and the plug-ins, once; another thread waits until all are there."""
        if self._filled:
            return
        with self._filling:
            package = importlib.import_module(self.package)
            for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda m: m.name):
                importlib.import_module(f"{self.package}.{module.name}")
        load_own_plugins()  # without the lock: a plug-in may ask other registries, which other threads are filling
        self._filled = True
