"""Compiled code on disk: found again by what it was made of, moved with its folder, never taken for another processor or when damaged."""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import linecache
import os
import shutil
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nnlab.core.kernel import code_cache
from nnlab.core.kernel.code_cache import compile_ahead, is_compiled, module_is_compiled

SIGNATURE = ["float64(float64)"]
TEXT = "STEP = 0.5\n\ndef halved(x):\n    return x * STEP\n"


class Maker:
    """Functions of a module that is written anew; `folder` is where its compiled code lies."""

    def __init__(self, home: Path, kernels: Path) -> None:
        self.home, self.kernels = home, kernels
        self.home.mkdir()

    def __call__(self, text: str = TEXT) -> Any:
        path = self.home / "nnlab_written.py"
        path.write_text(text)
        sys.modules.pop("nnlab_written", None)
        spec = importlib.util.spec_from_file_location("nnlab_written", path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules["nnlab_written"] = module
        exec(compile(text, str(path), "exec"), vars(module))
        linecache.checkcache()
        return compile_ahead(vars(module)["halved"], SIGNATURE)

    def files(self, ending: str) -> list[Path]:
        return sorted(self.kernels.rglob(f"*.{ending}"))


def hits(function: Any) -> int:
    return sum(function.stats.cache_hits.values())


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Maker]:
    kernels = tmp_path / "kernels"
    kernels.mkdir()
    monkeypatch.setattr(code_cache, "cache_folder", lambda: kernels)
    yield Maker(tmp_path / "src", kernels)
    sys.modules.pop("nnlab_written", None)


def test_it_is_found_again_and_moves_with_its_folder(made: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert hits(made()) == 0
    assert hits(made()) == 1 and is_compiled(made.files("nbi")[0])
    moved = tmp_path / "elsewhere with ümlaut"
    shutil.move(made.kernels, moved)
    made.kernels = moved
    monkeypatch.setattr(code_cache, "cache_folder", lambda: moved)
    made.home = tmp_path / "another place"
    made.home.mkdir()
    function = made()
    assert hits(function) == 1 and function(3.0) == 1.5


def test_a_changed_constant_is_another_function_and_both_stay(made: Maker) -> None:
    assert made()(1.0) == 0.5
    other = made(TEXT.replace("0.5", "0.25"))
    assert hits(other) == 0 and other(1.0) == 0.25
    assert hits(made()) == 1 and len(made.files("nbc")) == 2


@pytest.mark.parametrize("ending", ["nbi", "nbc"])
@pytest.mark.parametrize("damage", [lambda raw: raw[:-7], lambda raw: b"", lambda raw: raw[:60] + b"\xff" + raw[61:]],
                         ids=["cut short", "empty", "one byte"])  # fmt: skip
def test_what_is_damaged_is_compiled_again(made: Maker, ending: str, damage: Any) -> None:
    made()
    (file,) = made.files(ending)
    file.write_bytes(damage(file.read_bytes()))
    function = made()
    assert hits(function) == 0 and function(3.0) == 1.5
    assert hits(made()) == 1, "and is whole again"


def test_the_whole_file_of_another_function_is_not_believed(made: Maker) -> None:
    made()
    (first,) = made.files("nbc")
    made(TEXT.replace("0.5", "0.25"))
    (second,) = (path for path in made.files("nbc") if path != first)
    second.write_bytes(first.read_bytes())
    function = made(TEXT.replace("0.5", "0.25"))
    assert hits(function) == 0 and function(3.0) == 0.75


def test_a_foreign_pickle_is_not_opened(made: Maker) -> None:
    made()
    for file in [*made.files("nbi"), *made.files("nbc")]:
        file.write_bytes(b"\0" * 32 + b"cos\nsystem\n(S'touch /tmp/never'\ntR.")
    assert made()(3.0) == 1.5


def test_code_for_another_processor_does_not_count(made: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    made()
    (index,) = made.files("nbi")
    codegen = code_cache.cpu_target.target_context.codegen()
    monkeypatch.setattr(type(codegen), "magic_tuple", lambda self: ("another", "processor", ""))
    assert not is_compiled(index)
    assert hits(made()) == 0


def test_a_full_disk_is_said_once_and_no_reason_not_to_work(made: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(code_cache._HashedFile, "_write", full)
    monkeypatch.setattr(code_cache, "_told", set())
    with warnings.catch_warnings(record=True) as told:
        found = [made()(3.0), made(TEXT.replace("0.5", "0.25"))(3.0)]
    assert found == [1.5, 0.75] and len(told) == 1
    assert "cannot be kept in" in str(told[0].message) and "No space left on device" in str(told[0].message)


def test_a_module_is_known_without_importing_it(made: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(made.home))
    made()
    sys.modules.pop("nnlab_written")
    importlib.invalidate_caches()
    assert module_is_compiled("nnlab_written", "halved") and not module_is_compiled("nnlab_written", "doubled")
    (made.home / "nnlab_written.py").write_text(TEXT + "# changed\n")
    assert not module_is_compiled("nnlab_written", "halved") and "nnlab_written" not in sys.modules


def test_the_machine_takes_constants_from_the_kernels_alone() -> None:
    """So that its text, and the folder named by the kernels, say whether it has been compiled."""
    machine = sys.modules.get("nnlab.engine.machine_code") or importlib.import_module("nnlab.engine.machine_code")
    assert machine.__file__ is not None
    tree = ast.parse(Path(machine.__file__).read_text(encoding="utf-8"))
    taken = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    taken |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    others = {"__future__", "numpy", "nnlab.engine.machine_words"}
    assert {name for name in taken if not str(name).startswith("nnlab.core.kernel")} <= others
    words = Path(machine.__file__).with_name("machine_words.py").read_bytes()
    assert hashlib.sha256(words).hexdigest()[:8] == machine.WORDS, "a changed word has to change the text of the machine, too"


def test_code_that_came_with_the_application_is_taken_and_never_written(
    made: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made()
    shipped = tmp_path / "shipped"
    made.kernels.rename(shipped)
    made.kernels.mkdir()
    monkeypatch.setattr(code_cache, "shipped_folder", lambda: shipped)
    before = {path: path.read_bytes() for path in shipped.rglob("*.nb?")}
    function = made()
    assert hits(function) == 1 and function(3.0) == 1.5 and made.files("nbc") == []
    (index,) = (path for path in before if path.suffix == ".nbi")
    assert is_compiled(made.kernels / index.relative_to(shipped))
    assert hits(made(TEXT.replace("0.5", "0.25"))) == 0
    next(path for path in before if path.suffix == ".nbc").write_bytes(b"damaged")
    assert hits(made()) == 0, "it is compiled into the person's folder"
    assert set(shipped.rglob("*.nb?")) == set(before)
