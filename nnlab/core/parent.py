"""A child process that ends when its parent does, however that ends: it is killed, it crashes, it is told to stop.

Its standard input is a pipe whose other end only the parent holds, so that it reads to its end when the parent is gone. On Linux the
system is asked to see to it as well: a thread that waits for the pipe does not get its turn while another one compiles.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading

PR_SET_PDEATHSIG = 1


def end_with_parent() -> None:
    """For the child, first of all; its standard input must be a pipe to the parent, and is used for nothing else."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    threading.Thread(target=_wait_for_the_end, name="parent", daemon=True).start()


def _wait_for_the_end() -> None:
    while os.read(0, 1024):
        pass
    os._exit(1)
