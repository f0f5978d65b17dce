"""Sizes in memory and in files."""

from __future__ import annotations

MEGABYTE = 2**20  # bytes
