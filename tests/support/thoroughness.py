"""How thorough the tests are: as before every change, or as every night.

NNLAB_NIGHTLY=1 tries properties on more cases and keeps on longer; the same tests hold, on cases that are the same in every run otherwise.
"""

from __future__ import annotations

import os

IS_NIGHTLY = os.environ.get("NNLAB_NIGHTLY", "") not in ("", "0")
FUZZ_SEED = int(os.environ.get("NNLAB_FUZZ_SEED", "7"))  # of random events and edits; the header of every test run says it


def cases(usual: int, nightly: int) -> int:
    """How many to try."""
    return nightly if IS_NIGHTLY else usual
