"""The experiments as plain functions of graphs and runs."""

from __future__ import annotations

import importlib
from typing import Any


def __getattr__(name: str) -> Any:
    """`nnlab.studies.approximation` and `nnlab.studies.landscape` without an import of their own, loaded on first use."""
    if name not in ("approximation", "landscape"):
        raise AttributeError(f"module 'nnlab.studies' has no attribute {name!r}")
    return importlib.import_module(f"nnlab.studies.{name}")
