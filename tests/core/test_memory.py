"""Whether arrays fit into memory is known before they are made."""

from __future__ import annotations

from pathlib import Path

import pytest

from nnlab.core import memory
from nnlab.core.memory import NotEnoughMemory, available_memory, require_memory

INFO = "MemTotal: 16000000 kB\nMemFree: 100000 kB\nMemAvailable: 8000000 kB\nSwapTotal: 2000000 kB\nSwapFree: 1000000 kB\n"


def system(monkeypatch: pytest.MonkeyPatch, folder: Path, info: str | None, limit: str | None = None) -> None:
    monkeypatch.setattr(memory, "MEMORY_INFO", folder / "meminfo")
    monkeypatch.setattr(memory, "GROUP_LIMIT", folder / "memory.max")
    for name, text in (("meminfo", info), ("memory.max", limit)):
        if text is not None:
            (folder / name).write_text(text, encoding="ascii")


@pytest.mark.parametrize(
    ("info", "limit", "expected"),
    [
        (INFO, None, 9_000_000 * 1024),
        (INFO, "max\n", 9_000_000 * 1024),
        (INFO, "536870912\n", 536_870_912),  # a container
        ("MemAvailable: 5 kB\n", None, 5 * 1024),
        ("MemTotal: 5 kB\n", None, None),
        (None, None, None),  # a system that does not say
    ],
)
def test_what_is_left(info: str | None, limit: str | None, expected: int | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    system(monkeypatch, tmp_path, info, limit)
    assert available_memory() == expected


def test_what_does_not_fit_is_said_with_figures(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    system(monkeypatch, tmp_path, INFO)
    require_memory(9_000_000 * 1024)
    with pytest.raises(NotEnoughMemory) as caught:
        require_memory(51_500_000_000)
    assert str(caught.value) == (
        "There is not enough memory for this network and batch: it takes 51.5 GB, and 9.2 GB are left; use fewer units or a smaller batch."
    )


def test_where_nothing_is_known_nothing_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    system(monkeypatch, tmp_path, None)
    assert available_memory() is None
    require_memory(10**18)
