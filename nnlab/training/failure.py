"""What an error on the training thread means, in words."""

from __future__ import annotations

import traceback

from nnlab.core.errors import NNLabError
from nnlab.core.memory import NotEnoughMemory


def in_words(error: BaseException) -> tuple[str, str]:
    """An error in one sentence, and its traceback if nobody expected it. Cannot fail, not even where memory is short."""
    if isinstance(error, MemoryError):
        return str(NotEnoughMemory()), ""
    try:
        if isinstance(error, NNLabError):
            return str(error), ""
        return f"Training failed: {type(error).__name__}: {error}.", "".join(traceback.format_exception(error))
    except Exception:  # the error's own text, or its traceback, cannot be made
        return f"Training failed: {type(error).__name__}.", ""
