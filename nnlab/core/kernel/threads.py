"""Threads of the matrix products: one for small networks, all cores for large ones.

A second BLAS thread costs a small product more in waiting than it saves in work, and takes the core the window paints on. The
count is a function of the program alone, never of what else runs, so results stay the same bit for bit.
"""

from __future__ import annotations

import os
import threading
from functools import cache

import scipy.linalg.cython_blas  # noqa: F401  (loads the library whose threads are set)
import threadpoolctl

LARGE = 1e8  # floating-point operations of one step's matrix products from which all cores are used


_setting = threading.Lock()
_count = 0  # what was set last
_most = os.cpu_count() or 1


@cache
def _controller() -> threadpoolctl.ThreadpoolController:
    return threadpoolctl.ThreadpoolController()


def use_threads_for(operations: float) -> int:
    """Sets the number of BLAS threads of this process for steps of so many operations; returns it."""
    global _count
    count = _most if operations >= LARGE else 1
    with _setting:
        # OpenBLAS rearranges its buffers when it is told, even the same count again, while another thread may be computing.
        if count != _count:
            _controller().limit(limits=count, user_api="blas")
            _count = count
    return count


def use_one_thread() -> None:
    """From now on this process uses one BLAS thread, however large the steps: other processes have the other cores."""
    global _most
    _most = 1
    use_threads_for(0.0)
