"""How far a long piece of work is, told to whoever listens in this thread, past all those in between who need not know of it.

    with listening(lambda share, words: context.report(share, 1.0, words)):
        data = prepare(settings)  # somewhere below, `tell(0.5, "reading the columns")`

What the listener raises ends the work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

OnTold = Callable[[float, str], None]  # the share that is done, from 0 to 1, and what comes next in a few words

_listener: ContextVar[OnTold | None] = ContextVar("listener", default=None)


@contextmanager
def listening(listener: OnTold) -> Iterator[None]:
    """While this lasts, the listener hears what work in this thread tells."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def tell(share: float, words: str) -> None:
    """Says that a share of the work is done; raises what the listener raises, such as Cancelled."""
    listener = _listener.get()
    if listener is not None:
        listener(share, words)
