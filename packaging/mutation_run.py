"""Meets mutants with tests: in processes forked from one that has the whole package loaded, so that a mutant costs seconds.

Meanwhile the changed text stands in the tree, for programs that tests start. Most changes are inside a function: the child gives the
functions of that place their changed code and is pytest from then on. What is executed at import (a constant, a default), and compiled
code, needs a new interpreter. A change whose effect was kept before the fork (the value of a cached function, what a registry was filled
with) may survive here though a new interpreter would notice it: what is caught is a lower bound, and `is_fresh` looks again.

Needs fork, so Linux or macOS.
"""

from __future__ import annotations

import ast
import atexit
import gc
import importlib
import os
import pkgutil
import resource
import signal
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType
from typing import NoReturn

from mutation_sites import Mutant, mutated, mutated_tree

LIBRARIES = (
    "pytest", "_pytest.main", "hypothesis", "pytestqt.plugin", "numba", "scipy.linalg", "scipy.optimize", "scipy.stats", "sklearn.datasets",
    "networkx", "PySide6.QtWidgets", "pyqtgraph",
)  # fmt: skip
NOT_LOADED = ("__main__", "nnlab.bench")  # what starts by being imported, and what wants libraries of its own
PYTEST = ("-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--hypothesis-seed=0")
ENVIRONMENT = {"QT_QPA_PLATFORM": "offscreen", "NNLAB_VERIFY": "1", "PYTHONDONTWRITEBYTECODE": "1"}
COMPILING = 400  # seconds more where kernels are compiled again
WAITING = 4  # times the seconds of CPU that a mutant may take by the clock: some wait for what never comes

Place = tuple[str, int]  # a function's qualified name and first line


@dataclass(frozen=True)
class Met:
    """How it went: "killed", "survived" or "timeout"; the tests that failed, or how it ended without one; seconds of CPU."""

    outcome: str
    failed: tuple[str, ...]
    seconds: float


class Loaded:
    """This process with all of a tree's package in it. `seconds`: of CPU that a mutant's tests may take."""

    def __init__(self, tree: Path, work: Path, seconds: int) -> None:
        self._tree, self._work, self._seconds = tree, work, seconds
        os.environ.update(ENVIRONMENT, PYTHONPATH=str(tree), NNLAB_HOME=tempfile.mkdtemp(prefix="mutation-"))
        sys.dont_write_bytecode = True
        os.chdir(tree)
        sys.path[:0] = [str(tree), str(tree / "tests" / "support")]
        for name in (*LIBRARIES, *_modules()):
            try:
                importlib.import_module(name)
            except ImportError as error:  # an extra that is not installed
                print(f"not loaded: {name} ({error})")
        gc.collect()
        self._functions: dict[str, list[FunctionType]] = defaultdict(list)
        for found in gc.get_objects():
            if type(found) is FunctionType:
                self._functions[found.__code__.co_filename].append(found)
        gc.freeze()

    def meet(self, mutant: Mutant | None, tests: Sequence[str], *, is_fresh: bool = False, ends_early: bool = True) -> Met:
        """The tests, files or single ones, with a mutant in place; None for the tree as it is."""
        output = self._work / "output.txt"
        with self._in_place(mutant) as source:
            child = os.fork()
            if child == 0:
                self._be_pytest(mutant, source, [*(["-x"] if ends_early else []), *tests], output, is_fresh)
            _, status, used = os.wait4(child, 0)
        code, seconds = os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime
        text = output.read_text(encoding="utf-8", errors="replace")
        if code == 0:
            return Met("survived", (), seconds)
        if code in (-signal.SIGKILL, -signal.SIGXCPU, -signal.SIGALRM):  # of the limits
            return Met("timeout", (), seconds)
        return Met("killed", failures(text) or (f"exit {code}",), seconds)

    @contextmanager
    def _in_place(self, mutant: Mutant | None) -> Iterator[str]:
        """The changed text stands in its file meanwhile; gives the text as it was."""
        if mutant is None:
            yield ""
            return
        path = self._tree / mutant.file
        source, times = path.read_text(encoding="utf-8"), path.stat()
        try:
            path.write_text(mutated(source, mutant.number), encoding="utf-8")
            yield source
        finally:
            path.write_text(source, encoding="utf-8")
            os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))  # numba's cache goes by it

    def _be_pytest(self, mutant: Mutant | None, source: str, arguments: Sequence[str], output: Path, is_fresh: bool) -> NoReturn:
        code = 1
        try:
            os.setpgrp()
            most = self._seconds + (COMPILING if mutant is not None and mutant.is_compiled else 0)
            resource.setrlimit(resource.RLIMIT_CPU, (most, most + 1))
            signal.alarm(WAITING * most)
            file = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(file, 1)
            os.dup2(file, 2)
            if mutant is not None and (is_fresh or not self._change(mutant, source)):
                if mutant.is_compiled:
                    os.environ["NNLAB_CACHE"] = str(self._work / "kernels")
                os.execv(sys.executable, [sys.executable, "-m", "pytest", *PYTEST, *arguments])
            code = _pytest(arguments)
        finally:
            atexit._run_exitfuncs()  # folders of the test run
            os._exit(code)

    def _change(self, mutant: Mutant, source: str) -> bool:
        """Gives the functions in memory their changed code; False where that does not reach all of the change."""
        if mutant.at_import or mutant.is_compiled:
            return False
        path = self._tree / mutant.file
        before, after = (_codes(compile(tree, str(path), "exec")) for tree in (ast.parse(source), mutated_tree(source, mutant.number)))
        changed = {place for place in before if place in after and not _same(before[place], after[place])}
        if before.keys() != after.keys() or not changed or any(len(before[place]) > 1 for place in changed):
            return False
        count = 0
        for function in self._functions[str(path)]:
            place = function.__code__.co_qualname, function.__code__.co_firstlineno
            if place in changed and len(function.__code__.co_freevars) == len(after[place][0].co_freevars):
                function.__code__ = after[place][0]
                count += 1
        return count > 0


def failures(output: str) -> tuple[str, ...]:
    """The tests that pytest's summary says failed."""
    lines = (line.split(" ", 1)[1].partition(" - ")[0] for line in output.splitlines() if line.startswith(("FAILED tests", "ERROR tests")))
    return tuple(dict.fromkeys(lines))


def _pytest(arguments: Sequence[str]) -> int:
    import pytest

    code = int(pytest.main([*PYTEST, *arguments]))
    sys.stdout.flush()
    return code


def _modules() -> Iterator[str]:
    """Of the package, all that can be imported without anything happening."""
    import nnlab

    for info in pkgutil.walk_packages(nnlab.__path__, "nnlab."):
        if not info.name.endswith(NOT_LOADED[0]) and not info.name.startswith(NOT_LOADED[1]):
            yield info.name


def _codes(module: CodeType) -> dict[Place, list[CodeType]]:
    """Every function of a module, also those inside others."""
    found: dict[Place, list[CodeType]] = defaultdict(list)
    waiting = [module]
    while waiting:
        for inner in waiting.pop().co_consts:
            if isinstance(inner, CodeType):
                found[inner.co_qualname, inner.co_firstlineno].append(inner)
                waiting.append(inner)
    return dict(found)


def _same(one: Sequence[CodeType], other: Sequence[CodeType]) -> bool:
    return [(c.co_code, repr(c.co_consts), c.co_names) for c in one] == [(c.co_code, repr(c.co_consts), c.co_names) for c in other]
