"""Kernels that tests call by themselves: their code is kept on disk, as that of the machine is, and found again by all it depends on."""

from __future__ import annotations

from typing import Any

from nnlab.core.kernel.code_cache import CodeCache


def keep(*kernels: Any) -> None:
    """Whatever these are compiled for from here on is kept; without it every run of the tests would compile it again."""
    for kernel in kernels:
        kernel._cache = CodeCache(kernel.py_func)
