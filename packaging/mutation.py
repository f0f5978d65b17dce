#!/usr/bin/env python3
"""Measures whether the tests notice changes: a seeded sample of small faults, one at a time, in a copy of the checkout.

    .venv/bin/python packaging/mutation.py --sample 70 --seed 1               # the folders below, as in CONTRIBUTING.md
    .venv/bin/python packaging/mutation.py nnlab/ui/look --sample 40          # a part of the package
    .venv/bin/python packaging/mutation.py --only 4f2a1c07 90b3e7d1           # these again, after writing a test

A mutant is met by whole files of tests: the one that mirrors its file, then those that import its module, then those of the files which
use it, then its neighbours'; some twenty at most, and none that open windows at random or start programs. What survives them is met by
those too that call what was changed by its name, and those of the files which do. The first failure kills it. So what is said to be
caught is a lower bound of what the whole suite catches, and costs minutes instead of hours. Mutants of compiled code need kernels compiled
anew and are drawn only with `--compiled`.

At the end the tests that failed are run on the tree as it is: a mutant whose killer fails there as well was not caught.

Changes that cannot be seen are left out by rule (`mutation_sites.py`) or, one by one with a reason, in `mutation_equivalent.txt`. How a
mutant is run: `mutation_run.py`.
"""

from __future__ import annotations

import argparse
import random
import re
import shutil
import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from mutation_run import Loaded, Met
from mutation_sites import Mutant, mutants_of

CHECKOUT = Path(__file__).resolve().parents[1]
EQUIVALENT = Path(__file__).with_name("mutation_equivalent.txt")
TARGETS = ("nnlab/training", "nnlab/engine", "nnlab/graph", "nnlab/ui")
QT = re.compile(r"(?:import|from) (?:PySide6|pyqtgraph|qtawesome)\b")
# Linters, processes, peers and random walks: too slow to meet every mutant of what they import.
NOT_MET = (
    "tests/packaging", "tests/oracle", "tests/bench", "tests/test_imports.py", "tests/test_names.py", "tests/properties",
    "tests/e2e/test_random", "tests/e2e/test_under_xvfb",
)  # fmt: skip
MOST_DIRECT, MOST_OF_USERS, FEWEST, MOST_BY_NAME = 10, 8, 6, 16  # files of tests
NOT_CAUGHT = ("survived", "no tests", "fails anyway")


def refresh(tree: Path) -> None:
    """Brings a copy of the checkout up to date. What is equal keeps its time, so that numba's cache for it stays valid."""
    command = ["git", "ls-files", "-co", "--exclude-standard"]
    listed = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, encoding="utf-8", check=True).stdout.splitlines()
    names = {name for name in listed if (CHECKOUT / name).is_file()}
    for old in [path for path in tree.rglob("*.py") if path.relative_to(tree).as_posix() not in names]:
        old.unlink()
    for name in names:
        source, copy = CHECKOUT / name, tree / name
        if not copy.exists() or source.read_bytes() != copy.read_bytes():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, copy)


class FilesOfTests:
    """Which files of tests meet a mutant, by their names and by what they import."""

    def __init__(self, tree: Path) -> None:
        self._tests = {name: text for name, text in _texts(tree, "tests", "test_*.py") if not name.startswith(NOT_MET)}
        self._package = dict(_texts(tree, "nnlab", "*.py"))

    def of(self, file: str) -> tuple[str, ...]:
        """Those of a file of the package, the likeliest first."""
        own = mirror(file)
        folder, top = own.rpartition("/")[0], "/".join(own.split("/")[:2])
        imports = _importing(file)
        direct = [test for test, text in self._tests.items() if test != own and imports.search(text)]
        direct.sort(key=lambda test: (not test.startswith(f"{folder}/"), not test.startswith(top), len(self._tests[test])))
        users = [mirror(user) for user, text in self._package.items() if user != file and imports.search(text)]
        found = [own, *direct[:MOST_DIRECT], *[test for test in users if test in self._tests][:MOST_OF_USERS]]
        if "/diagnoses/" in file:  # found by their names, not imported
            found[1:1] = [test for test in self._tests if "diagnos" in test and test.startswith(top)]
        chosen = dict.fromkeys(test for test in found if test in self._tests)
        if len(chosen) < FEWEST:
            beside = [test for test in self._tests if test.rpartition("/")[0] == folder]
            chosen |= dict.fromkeys(beside[:FEWEST])
        return tuple(chosen)


    def by_name(self, mutant: Mutant) -> tuple[str, ...]:
        """Further ones: those that call the changed function or constant by its name, and the mirrors of the package's files which do."""
        names = "|".join(sorted(_called(mutant)))
        if not names:
            return ()
        said = re.compile(rf"\b(?:{names})\b")
        found = self._saying(mutant.file, said)
        if len(found) > MOST_BY_NAME:  # a name of many things: where its module is known, too
            found = self._saying(mutant.file, said, _importing(mutant.file))
        met = self.of(mutant.file)
        return tuple(sorted((test for test in found if test not in met), key=lambda test: len(self._tests[test])))[:MOST_BY_NAME]

    def _saying(self, file: str, *patterns: re.Pattern[str]) -> dict[str, None]:
        """Tests in which all of these are found, and the mirrors of other files in which they are."""
        tests = [test for test, text in self._tests.items() if all(pattern.search(text) for pattern in patterns)]
        users = [user for user, text in self._package.items() if user != file and all(pattern.search(text) for pattern in patterns)]
        return dict.fromkeys(test for test in (*map(mirror, users), *tests) if test in self._tests)


def _called(mutant: Mutant) -> set[str]:
    """What stands for a mutant elsewhere: the constant that changed, or the innermost function or class with a name that others may use."""
    if mutant.at_import:
        return {name for name in mutant.names if not name.startswith("_")}
    path = mutant.title.split(" ", 2)[1].rstrip(":").split(".")
    return set([name for name in path if not name.startswith("_") and name not in ("lambda", "module")][-1:])


def mirror(file: str) -> str:
    """The file of tests that is written for a file of the package."""
    folder, _, name = file.replace("nnlab/", "tests/", 1).rpartition("/")
    return f"{folder}/test_{name}"


def _importing(file: str) -> re.Pattern[str]:
    package, _, stem = file.removesuffix(".py").replace("/", ".").rpartition(".")
    module = re.escape(f"{package}.{stem}")
    return re.compile(rf"from {module} import|import {module}\b|from {re.escape(package)} import [^\n]*\b{stem}\b")


def _texts(tree: Path, folder: str, pattern: str) -> Iterator[tuple[str, str]]:
    for path in sorted((tree / folder).rglob(pattern)):
        yield path.relative_to(tree).as_posix(), path.read_text(encoding="utf-8")


def targets(tree: Path, asked: Iterable[str]) -> Iterator[str]:
    """The files to change: all of what is asked for; else TARGETS, of the window what does not import Qt."""
    asked = tuple(asked)
    for target in asked or TARGETS:
        for name, text in [(target, "")] if target.endswith(".py") else _texts(tree, target, "*.py"):
            if asked or not QT.search(text):
                yield name


def equivalent() -> set[str]:
    """The titles of mutants that change nothing anybody could see."""
    lines = EQUIVALENT.read_text(encoding="utf-8").splitlines() if EQUIVALENT.exists() else []
    return {line.strip() for line in lines if line.startswith("nnlab/")}


def without_false_kills(loaded: Loaded, met: Mapping[Mutant, Met], tests: Mapping[Mutant, tuple[str, ...]]) -> dict[Mutant, str]:
    """The outcome of every mutant, "fails anyway" where its tests end in the same way on the tree as it is."""
    killers = {failed.partition("[")[0] for each in met.values() for failed in each.failed if failed.startswith("tests/")}
    by_file: dict[str, list[str]] = defaultdict(list)
    for killer in sorted(killers):
        by_file[killer.partition("::")[0]].append(killer)
    failing = {test for found in by_file.values() for test in loaded.meet(None, found, ends_early=False).failed}
    outcomes = {}
    for mutant, each in met.items():
        crashed = each.outcome == "timeout" or not all(failed.startswith("tests/") for failed in each.failed)
        fails = loaded.meet(None, tests[mutant]).outcome != "survived" if crashed else bool(failing.intersection(each.failed))
        outcomes[mutant] = "fails anyway" if fails and each.outcome != "survived" else each.outcome
    return outcomes


def report(outcomes: Mapping[Mutant, str]) -> None:
    """A table by parts of the package."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for mutant, outcome in outcomes.items():
        for name in ("/".join(mutant.file.split("/")[:2]), "all"):
            counts[name][outcome] += 1
    kinds = ("killed", "timeout", *NOT_CAUGHT)
    print(f"\n{'':16}{'mutants':>14}{''.join(f'{kind:>14}' for kind in kinds)}{'caught':>14}")
    for name in sorted(counts, key=lambda name: (name == "all", name)):
        total = sum(counts[name].values())
        caught = total - sum(counts[name][kind] for kind in NOT_CAUGHT)
        print(f"{name:16}{total:14}{''.join(f'{counts[name][kind]:14}' for kind in kinds)}{caught / total:14.1%}")


def drawn(tree: Path, options: argparse.Namespace) -> list[Mutant]:
    """The mutants that are asked for."""
    known, files = equivalent(), list(targets(tree, options.paths))
    every = [mutant for file in files for mutant in mutants_of(file, (tree / file).read_text(encoding="utf-8"))]
    for title in sorted(known - {mutant.title.strip() for mutant in every} if not options.paths else ()):
        print(f"no longer there, take it out of {EQUIVALENT.name}: {title}")
    if options.only:
        return [mutant for mutant in every if mutant.key in options.only]
    mutants = [mutant for mutant in every if mutant.title.strip() not in known and (options.compiled or not mutant.is_compiled)]
    random.Random(options.seed).shuffle(mutants)
    print(f"{min(options.sample, len(mutants))} of the {len(mutants)} mutants in {len(files)} files, seed {options.seed}", flush=True)
    return mutants[: options.sample]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("paths", nargs="*", help=f"folders or files (default: {' '.join(TARGETS)}, without what imports Qt)")
    parser.add_argument("--sample", type=int, default=70, help="how many mutants to draw (default 70)")
    parser.add_argument("--seed", type=int, default=1, help="of the draw (default 1)")
    parser.add_argument("--only", nargs="+", default=[], metavar="KEY", help="only the mutants with these keys")
    parser.add_argument("--compiled", action="store_true", help="also mutants of compiled code: minutes each")
    parser.add_argument("--fresh", action="store_true", help="every mutant in a new interpreter: ten times as long, and misses nothing")
    parser.add_argument("--tests", nargs="+", default=[], metavar="FILE", help="only these files of tests")
    parser.add_argument("--seconds", type=int, default=70, help="of CPU that the tests of one mutant may take (default 70)")
    parser.add_argument("--work", type=Path, default=CHECKOUT / "build" / "mutation", help="where the copy is (default build/mutation)")
    options = parser.parse_args()
    work = options.work.resolve()
    refresh(work / "tree")
    mutants, known = drawn(work / "tree", options), FilesOfTests(work / "tree")
    tests = {mutant: tuple(options.tests) or known.of(mutant.file) for mutant in mutants}
    loaded = Loaded(work / "tree", work, options.seconds)
    met = {}
    for mutant in sorted(mutants, key=lambda mutant: mutant.at_import or mutant.is_compiled):
        found = loaded.meet(mutant, tests[mutant], is_fresh=options.fresh) if tests[mutant] else Met("no tests", (), 0.0)
        further = known.by_name(mutant) if found.outcome in NOT_CAUGHT and not options.tests else ()
        if further:
            again = loaded.meet(mutant, further, is_fresh=options.fresh)
            found, tests[mutant] = Met(again.outcome, again.failed, found.seconds + again.seconds), (*tests[mutant], *further)
        met[mutant] = found
        by = found.failed[0] if found.failed else f"{len(tests[mutant])} files"
        print(f"{found.outcome:10}{found.seconds:5.0f} s  {mutant.key}  {mutant.title}  ({by})", flush=True)
    report(without_false_kills(loaded, met, tests))


if __name__ == "__main__":
    main()
