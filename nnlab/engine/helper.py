"""The thread that does second parts of instructions while another one trains (nnlab.core.kernel.parts).

There is one in a process: of several runs that train at once the first is helped, the others do both parts themselves; none is where they
take all cores. Between two slices of training it waits for the next. Where the process may use one processor there is none.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from nnlab.core.kernel import parts
from nnlab.core.kernel.structures import Network
from nnlab.core.kernel.threads import most_threads
from nnlab.engine.second_parts import SecondParts


class _Helper:
    """Sleeps until it is given a network, and helps until that network's training says that it shall leave."""

    def __init__(self) -> None:
        self.is_taken = threading.Lock()
        self._given, self._left = threading.Semaphore(0), threading.Semaphore(0)
        self._network: Network | None = None
        self._thread: threading.Thread | None = None

    def help(self, network: Network) -> None:
        network.parts[parts.OFFER] = network.parts[parts.LEAVE_TEAM] = 0
        self._network = network
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._work, name="second parts", daemon=True)
            self._thread.start()
        network.parts[parts.HELPED] = 1
        self._given.release()

    def leave(self, network: Network) -> None:
        """Returns when the thread is out of the network."""
        network.parts[parts.HELPED] = 0
        network.parts[parts.LEAVE_TEAM] = 1
        self._left.acquire()

    def _work(self) -> None:
        while True:
            self._given.acquire()
            network, self._network = self._network, None
            try:
                if network is not None:
                    parts.help_out(network)
            finally:
                network = None  # nothing of a closed window stays alive by it
                self._left.release()


_helper = _Helper()


@contextmanager
def _helped(network: Network) -> Iterator[None]:
    if not _helper.is_taken.acquire(blocking=False):
        yield
        return
    try:
        _helper.help(network)
        try:
            yield
        finally:
            _helper.leave(network)
    finally:
        _helper.is_taken.release()


@contextmanager
def without_help() -> Iterator[None]:
    """Nobody is helped meanwhile: where as many runs train as there are cores, a helper, which spins, would take one from a run."""
    is_taken = _helper.is_taken.acquire(blocking=False)
    try:
        yield
    finally:
        if is_taken:
            _helper.is_taken.release()


_ALONE = nullcontext()


def helped(network: Network, second: SecondParts) -> AbstractContextManager[None]:
    """While a slice of training runs inside, a second thread does its second parts, if there are any and somebody is there to do them."""
    return _helped(network) if second.table and most_threads() > 1 else _ALONE
