"""For which processor code is compiled: chosen once for a person, kept in a file, changed on purpose or by a variable."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from nnlab.core.errors import SettingError
from nnlab.core.kernel import processor as module
from nnlab.core.kernel.processor import NATIVE, PORTABLE, can_run, checked, keep, processor

OLD = dict.fromkeys(("sse", "sse2"), True)
NEW = {**OLD, **dict.fromkeys(module.LEVELS[PORTABLE], True)}


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, bool]]:
    """A machine on which nothing was chosen yet; its processor's features can be changed."""
    features = dict(NEW)
    monkeypatch.delenv(module.VARIABLE, raising=False)
    monkeypatch.setattr(module, "cache_root", lambda: tmp_path)
    monkeypatch.setattr(module, "shipped_folder", lambda: None)
    monkeypatch.setattr(module.llvmlite.binding, "get_host_cpu_features", lambda: features)
    processor.cache_clear()
    yield features
    processor.cache_clear()


def chosen() -> str:
    processor.cache_clear()
    return processor()


def test_code_that_came_along_is_taken_where_it_runs(machine: dict[str, bool], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(module, "shipped_folder", lambda: tmp_path)
    machine["fma"] = False
    assert chosen() == NATIVE
    (tmp_path / module.FILE).unlink()
    machine["fma"] = True
    assert chosen() == PORTABLE


def test_the_choice_is_kept_whatever_is_installed_later(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert chosen() == NATIVE and (tmp_path / module.FILE).read_text() == "native\n"
    monkeypatch.setattr(module, "shipped_folder", lambda: tmp_path)
    assert chosen() == NATIVE
    keep(PORTABLE)
    assert chosen() == PORTABLE
    monkeypatch.setenv(module.VARIABLE, NATIVE)
    assert chosen() == NATIVE


def test_a_choice_that_this_processor_cannot_run_or_nobody_knows_does_not_count(machine: dict[str, bool], tmp_path: Path) -> None:
    keep(PORTABLE)
    del machine["avx2"]
    assert chosen() == NATIVE
    (tmp_path / module.FILE).write_bytes(b"\xff\xfe")
    assert chosen() == NATIVE


def test_what_is_asked_for_is_there_and_runs(machine: dict[str, bool]) -> None:
    assert checked(PORTABLE) == PORTABLE and can_run(NATIVE)
    machine.clear()
    with pytest.raises(SettingError, match=r"cannot run code for x86-64-v3; choose native\."):
        checked(PORTABLE)
    with pytest.raises(SettingError, match=r"no processor named 'fast'; choose native or x86-64-v3\."):
        checked("fast")


def test_where_it_cannot_be_written_the_same_choice_is_made_anew(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(module, "cache_root", lambda: tmp_path / "nowhere")
    assert chosen() == NATIVE and not (tmp_path / "nowhere").exists()
