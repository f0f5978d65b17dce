#!/usr/bin/env python3
"""Measures whether the tests notice changes: a seeded sample of small faults, one at a time, in a copy of the checkout.

    .venv/bin/pip install -e .[test,mutation]
    .venv/bin/python packaging/mutation.py --sample 120 --seed 1              # the folders below, as in CONTRIBUTING.md
    .venv/bin/python packaging/mutation.py nnlab/ui/look --sample 40          # a part of the package
    .venv/bin/python packaging/mutation.py --only 4f2a1c07 90b3e7d1           # these again, after writing a test

The first run measures which test executes which line (coverage.py with a context per test; as long as the whole suite on one core), later
ones only what has changed. A mutant is then met by the tests that execute its statement: those of its own file and folder first, then the
fastest. The first failure kills it. What is executed at import (a constant, say) is met by the tests that execute a line which names it
or any line of its file; compiled code, which coverage cannot see, by those of the lines that call it. A mutant that no test executes is
not caught.

Changes that cannot be seen are left out by rule (`mutation_sites.py`) or, one by one with a reason, in `mutation_equivalent.txt`.
"""

from __future__ import annotations

import argparse
import ast
import atexit
import gc
import hashlib
import importlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import NoReturn

from coverage import CoverageData
from mutation_sites import Mutant, mutants_of, mutated

CHECKOUT = Path(__file__).resolve().parents[1]
EQUIVALENT = Path(__file__).with_name("mutation_equivalent.txt")
TARGETS = ("nnlab/training", "nnlab/engine", "nnlab/graph", "nnlab/ui")
QT = re.compile(r"(?:import|from) (?:PySide6|pyqtgraph|superqt|qtawesome)\b")
# Linters and processes, which coverage does not see into, and what needs another library.
NOT_MEASURED = ("tests/packaging", "tests/oracle", "tests/bench", "tests/test_imports.py", "tests/test_names.py")
WARM = ("pytest", "scipy.linalg", "numba", "hypothesis", "PySide6.QtWidgets")  # libraries that nearly all tests load
PYTEST = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "--hypothesis-seed=0")


class Copy:
    """A copy of the checkout in which files may be broken."""

    def __init__(self, work: Path) -> None:
        self.work, self.tree = work, work / "tree"

    def refresh(self) -> None:
        """Brings the copy up to date. What is equal keeps its time, so that numba's cache for it stays valid."""
        command = ["git", "ls-files", "-co", "--exclude-standard"]
        listed = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, encoding="utf-8", check=True).stdout.splitlines()
        names = {name for name in listed if (CHECKOUT / name).is_file()}
        for old in [path for path in self.tree.rglob("*.py") if path.relative_to(self.tree).as_posix() not in names]:
            old.unlink()
        for name in names:
            source, copy = CHECKOUT / name, self.tree / name
            if not copy.exists() or source.read_bytes() != copy.read_bytes():
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, copy)
        # Compiled files that are checked by content: no mutant meets another's.
        self.python("-m", "compileall", "-q", "--invalidation-mode", "checked-hash", "nnlab", "tests")

    def python(self, *arguments: str, timeout: float | None = None, **environ: str) -> subprocess.CompletedProcess[str]:
        """Runs Python in the copy, at the lowest priority."""
        path = os.pathsep.join([str(self.tree), *filter(None, [os.environ.get("PYTHONPATH")])])
        known = {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1", "QT_QPA_PLATFORM": "offscreen", **environ}
        command = [*(["nice", "-n", "19"] if shutil.which("nice") else []), sys.executable, *arguments]
        return subprocess.run(
            command, cwd=self.tree, env=known, capture_output=True, text=True, encoding="utf-8", timeout=timeout, check=False
        )

    def fork_tests(self, arguments: Path, environ: dict[str, str], timeout: float) -> tuple[int | None, str]:
        """pytest with the arguments of a file, in a child of this process, which has the libraries of all tests loaded already.

        (exit code, output); no code when the time ran out.
        """
        output = self.work / "output.txt"
        child = os.fork()
        if child == 0:
            self._be_pytest(arguments, environ, output)
        end = time.monotonic() + timeout
        found, status = 0, 0
        while not found and time.monotonic() < end:
            found, status = os.waitpid(child, os.WNOHANG)
            time.sleep(0.02)
        if not found:
            os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return None, ""
        return os.waitstatus_to_exitcode(status), output.read_text(encoding="utf-8", errors="replace")

    def _be_pytest(self, arguments: Path, environ: dict[str, str], output: Path) -> NoReturn:
        code = 1
        try:
            os.setpgrp()
            os.nice(19)
            os.chdir(self.tree)
            path = os.pathsep.join([str(self.tree), *filter(None, [os.environ.get("PYTHONPATH")])])
            os.environ.update(environ, PYTHONPATH=path, PYTHONDONTWRITEBYTECODE="1", QT_QPA_PLATFORM="offscreen")
            sys.dont_write_bytecode = True
            sys.path.insert(0, str(self.tree))
            file = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(file, 1)
            os.dup2(file, 2)
            import pytest

            code = int(pytest.main([*PYTEST[2:], "-x", f"@{arguments}"]))
            sys.stdout.flush()
        finally:
            atexit._run_exitfuncs()  # folders of the test run
            os._exit(code)

    def files(self, folder: str, pattern: str) -> dict[str, Path]:
        return {path.relative_to(self.tree).as_posix(): path for path in sorted((self.tree / folder).rglob(pattern))}


class Executed:
    """Which tests execute which lines, and how long each takes. Only tests that passed count."""

    def __init__(self, copy: Copy) -> None:
        self.copy = copy
        self.seconds: dict[str, float] = {}
        self.tests: dict[str, dict[int, set[str]]] = {}  # file -> line -> tests
        self.uses: dict[str, set[tuple[str, int]]] = defaultdict(set)  # name -> (file, line) wherever the package says it

    def measure(self, folders: tuple[str, ...]) -> None:
        """Brings up to date what is known of the tests in these folders, "tests" for all; others do not count."""
        record, data = self.copy.work / "measured.json", self.copy.work / "coverage.sqlite"
        known = json.loads(record.read_text()) if record.exists() and data.exists() else {}
        package = _digest(self.copy.files("nnlab", "*.py").values())
        if known.get("package") != package:
            known = {"package": package, "files": {}, "seconds": {}}
            data.unlink(missing_ok=True)
        everything = self.copy.files("tests", "*.py")
        support = [path for path in everything.values() if not path.name.startswith("test_")]
        stamps = {
            name: _digest([path, *(other for other in support if other.parent in path.parents or other.parent.name == "support")])
            for name, path in everything.items()
            if path.name.startswith("test_") and name.startswith(folders) and not name.startswith(NOT_MEASURED)
        }
        changed = [name for name, stamp in stamps.items() if known["files"].get(name) != stamp]
        if changed:
            print(f"measuring which test executes which line: {len(changed)} test files", flush=True)
            kept = {test: s for test, s in known["seconds"].items() if test.partition("::")[0] not in changed}
            known = {"package": package, "files": {**known["files"], **stamps}, "seconds": {**kept, **self._run(changed, data)}}
            record.write_text(json.dumps(known))
        self.seconds = {test: s for test, s in known["seconds"].items() if test.partition("::")[0] in stamps}
        self._read(data)

    def _run(self, files: list[str], data: Path) -> dict[str, float]:
        settings = self.copy.work / "coveragerc"
        settings.write_text(f"[run]\nsource = nnlab\nrelative_files = true\ndata_file = {data}\n")
        options = [f"--cov-config={settings}", "--cov=nnlab", "--cov-append", "--cov-context=test", "--cov-report="]
        done = self.copy.python(*PYTEST, "--continue-on-collection-errors", *options, "--durations=0", "--durations-min=0", *files)
        seconds: dict[str, float] = defaultdict(float)
        for time_taken, test in re.findall(r"^([\d.]+)s (?:setup|call|teardown) +(tests/.+)$", done.stdout, re.MULTILINE):
            seconds[test] += float(time_taken)
        failed = _failed(done.stdout)
        print("\n".join(["not counted, for they failed before any change:", *failed]) if failed else f"{len(seconds)} tests, all passed")
        return {test: time_taken for test, time_taken in seconds.items() if test not in failed}

    def _read(self, data_file: Path) -> None:
        data = CoverageData(str(data_file))
        data.read()
        for name in data.measured_files():
            lines = data.contexts_by_lineno(name)
            self.tests[name] = {line: {c.rpartition("|")[0] for c in contexts} & self.seconds.keys() for line, contexts in lines.items()}
        for file, path in self.copy.files("nnlab", "*.py").items():
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Name | ast.Attribute | ast.keyword):
                    name = getattr(node, "id", None) or getattr(node, "attr", None) or getattr(node, "arg", None)
                    self.uses[name or ""].add((file, node.lineno))

    def by(self, mutant: Mutant) -> set[str]:
        """The tests that execute a mutant."""
        found = self._of(mutant.file, mutant.lines).union(*(self._of(*place) for name in mutant.names for place in self.uses[name]))
        if mutant.is_compiled:  # a test may call it itself
            found |= {test for test in self.seconds if test.startswith(own_tests(mutant))}
        # A test may read the name out of a text (`getattr`), so those of the file itself count too.
        return found | self._of(mutant.file, self.tests.get(mutant.file, {})) if mutant.at_import else found

    def _of(self, file: str, lines: Collection[int] | int) -> set[str]:
        known = self.tests.get(file, {})
        return set().union(*(known.get(line, ()) for line in ([lines] if isinstance(lines, int) else lines)))


def own_tests(mutant: Mutant) -> str:
    """How the names of the tests begin that were written for the file of a mutant."""
    folder, _, name = mutant.file.replace("nnlab/", "tests/", 1).rpartition("/")
    return f"{folder}/test_{name}:"


def meet(copy: Copy, mutant: Mutant, tests: set[str], seconds: dict[str, float], budget: float) -> tuple[str, str]:
    """(outcome, the test that failed) of the tests that execute a mutant, as many as take `budget` seconds together."""
    if not tests:
        return "not executed", ""
    own, chosen, total = own_tests(mutant), [], 0.0
    folder = own.rpartition("/")[0]
    for test in sorted(tests, key=lambda test: (not test.startswith(own), not test.startswith(folder), seconds[test])):
        if not chosen or total + seconds[test] <= budget:
            chosen.append(test)
            total += seconds[test]
    # File by file, so that what a file sets up for all of its tests is made once; the files in the order of their first test.
    files = list(dict.fromkeys(test.partition("::")[0] for test in chosen))
    chosen.sort(key=lambda test: files.index(test.partition("::")[0]))
    arguments = copy.work / "chosen.txt"
    arguments.write_text("\n".join(chosen), encoding="utf-8")
    path, original = copy.tree / mutant.file, CHECKOUT / mutant.file
    times = path.stat()
    environ = {"NNLAB_CACHE": str(copy.work / "kernels")} if mutant.is_compiled else {}
    try:
        path.write_text(mutated(original.read_text(encoding="utf-8"), mutant.number), encoding="utf-8")
        code, output = copy.fork_tests(arguments, environ, 5 * total + (600 if mutant.is_compiled else 60))
    finally:
        shutil.copyfile(original, path)
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    if code is None:
        return "timeout", f"{len(chosen)} tests"
    if code == 0:
        return "survived", f"{len(chosen)} of {len(tests)} tests"
    return "killed", next(iter(_failed(output)), f"exit {code}")


def _failed(output: str) -> list[str]:
    return [line.split(" ", 1)[1].partition(" - ")[0] for line in output.splitlines() if line.startswith(("FAILED tests", "ERROR tests"))]


def _digest(paths: Collection[Path]) -> str:
    state = hashlib.sha256()
    for path in paths:
        state.update(path.name.encode() + b"\0" + path.read_bytes())
    return state.hexdigest()


def targets(copy: Copy, asked: list[str]) -> Iterator[str]:
    """The files to change: all of what is asked for; else TARGETS, of the window what does not import Qt."""
    for target in asked or TARGETS:
        for name, path in ({target: copy.tree / target} if target.endswith(".py") else copy.files(target, "*.py")).items():
            if asked or not QT.search(path.read_text(encoding="utf-8")):
                yield name


def equivalent() -> set[str]:
    lines = EQUIVALENT.read_text(encoding="utf-8").splitlines() if EQUIVALENT.exists() else []
    return {line.strip() for line in lines if line.startswith("nnlab/")}


def report(outcomes: dict[Mutant, str]) -> None:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for mutant, outcome in outcomes.items():
        for name in ("/".join(mutant.file.split("/")[:2]), "all"):
            counts[name][outcome] += 1
    kinds = ("killed", "timeout", "survived", "not executed")
    print(f"\n{'':16}{'mutants':>14}{''.join(f'{kind:>14}' for kind in kinds)}{'caught':>14}")
    for name in sorted(counts, key=lambda name: (name == "all", name)):
        total, caught = sum(counts[name].values()), counts[name]["killed"] + counts[name]["timeout"]
        print(f"{name:16}{total:14}{''.join(f'{counts[name][kind]:14}' for kind in kinds)}{caught / total:14.1%}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("paths", nargs="*", help=f"folders or files (default: {' '.join(TARGETS)}, without what imports Qt)")
    parser.add_argument("--sample", type=int, default=120, help="how many mutants to draw (default 120)")
    parser.add_argument("--seed", type=int, default=1, help="of the draw (default 1)")
    parser.add_argument("--only", nargs="+", default=[], metavar="KEY", help="only the mutants with these keys")
    parser.add_argument("--work", type=Path, default=CHECKOUT / "build" / "mutation", help="where the copy is (default build/mutation)")
    parser.add_argument("--tests", nargs="+", default=["tests"], metavar="FOLDER", help="folders of tests that count (default all)")
    parser.add_argument("--budget", type=float, default=20.0, help="seconds of tests that one mutant is met by (default 20)")
    options = parser.parse_args()
    copy = Copy(options.work.resolve())
    copy.refresh()
    executed = Executed(copy)
    executed.measure(tuple(options.tests))
    known, files = equivalent(), list(targets(copy, options.paths))
    every = [m for file in files for m in mutants_of(file, (copy.tree / file).read_text(encoding="utf-8"))]
    mutants = [m for m in every if m.title not in known]
    for title in sorted(known - {m.title for m in every} if not options.paths else ()):
        print(f"no longer there, take it out of {EQUIVALENT.name}: {title}")
    random.Random(options.seed).shuffle(mutants)
    drawn = [m for m in mutants if m.key in options.only] if options.only else mutants[: options.sample]
    print(f"{len(drawn)} of the {len(mutants)} mutants in {len(files)} files, seed {options.seed}", flush=True)
    for library in WARM:
        importlib.import_module(library)
    gc.freeze()
    outcomes: dict[Mutant, str] = {}
    for mutant in drawn:
        start = time.monotonic()
        outcomes[mutant], by = meet(copy, mutant, executed.by(mutant), executed.seconds, options.budget)
        print(f"{outcomes[mutant]:13}{time.monotonic() - start:5.0f} s  {mutant.key}  {mutant.title}  ({by})", flush=True)
    report(outcomes)


if __name__ == "__main__":
    main()
