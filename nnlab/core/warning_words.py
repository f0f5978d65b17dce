"""How a warning is told: one for the person as a sentence like an error, others as Python writes them.

The command line and the processes it starts put `show_warning` in the place of `warnings.showwarning`.
"""

from __future__ import annotations

import sys
import warnings
from typing import TextIO


def show_warning(
    message: Warning | str, category: type[Warning], filename: str, lineno: int, file: TextIO | None = None, line: str | None = None
) -> None:
    """A UserWarning without the place in our code; takes what `warnings.showwarning` takes."""
    own = category is UserWarning
    print(f"nnlab: {message}" if own else warnings.formatwarning(message, category, filename, lineno, line), file=file or sys.stderr)
