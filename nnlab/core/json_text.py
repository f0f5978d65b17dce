"""JSON from anywhere: an object in which a key stands twice means different things to different readers, and is refused."""

from __future__ import annotations

import json
from typing import Any


def unique_keys(text: bytes | str) -> Any:
    """The decoded text; raises ValueError that names a key standing twice, or says what is no JSON (RecursionError: too deep)."""
    return json.loads(text, object_pairs_hook=_object)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"{key[:80]} stands twice")
        found[key] = value
    return found
