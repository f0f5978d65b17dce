"""Formulas that were typeset in an earlier start: to read one takes a tenth of a millisecond, to load the typesetter and its font 200.

Only those that come again in every start are kept, those of operators, rules and symbols; most of what the stepper writes has numbers in
it. They lie beside the compiled kernels, in a folder of this version of the typesetting.
"""

from __future__ import annotations

import json
import logging
import os
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from nnlab.core.kernel.cache import cache_folder, digest

MOST = 512  # formulas; more are no longer those of operators

_log = logging.getLogger(__name__)


@cache
def _folder() -> Path:
    sources = (path.read_text(encoding="utf-8") for path in (Path(__file__), Path(__file__).with_name("formula.py")))
    return cache_folder().parent.parent / "formulas" / digest(*sources)


def read(text: str) -> dict[str, Any] | None:
    """What was kept of a text; None if nothing was, or it cannot be read."""
    try:
        found = json.loads((_folder() / f"{digest(text)}.json").read_bytes())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and found.get("text") == text else None


def keep(fields: dict[str, Any]) -> None:
    """Keeps what `read` will find under its "text", unless it is there. A folder that cannot be written to keeps nothing."""
    path = _folder() / f"{digest(fields['text'])}.json"
    try:
        if path.exists():
            return
        _folder().mkdir(parents=True, exist_ok=True)
        if sum(1 for _ in _folder().iterdir()) >= MOST:
            return
        handle, name = tempfile.mkstemp(dir=_folder(), suffix=".part")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(fields, file)
        os.replace(name, path)
    except OSError as error:
        _log.debug("A formula is not kept: %s", error)
