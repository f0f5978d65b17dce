"""How often a probe comes while training runs: as often as what it takes allows.

While a core is left beside training, each probe has a share of it to itself. When training wants every core, what probes take is
taken from training: then all of them, of all runs, have one share together. A probe that needs less than an equal part of it at
`CROWDED_SHORTEST` comes as often as that, and the rest goes to the dearer ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

SHARE = 0.12  # of the time that one probe may take while a core is left
SHORTEST = 0.03  # seconds between two answers of one probe then
CROWDED_SHARE = 0.12  # of the time that all probes of all runs may take together when every core has a run of its own
STEP_SHARE = 0.03  # and when all cores work at one step, which waits for each of them
CROWDED_SHORTEST = 0.2  # the pictures made from them are drawn every quarter of a second then


class ProbePace:
    """One for all who compute probes; `share` tells what they may take together where training wants every core, None where it does not."""

    def __init__(self, share: Callable[[], float | None]) -> None:
        self._share = share
        self._costs: dict[object, dict[str, float]] = {}

    def note(self, owner: object, seconds: Mapping[str, float], wanted: Iterable[str]) -> None:
        """What probes of one run have just taken; those that are not wanted any more take nothing."""
        known = self._costs.get(owner, {}) | dict(seconds)
        self._costs[owner] = {name: known[name] for name in wanted if name in known}

    def forget(self, owner: object) -> None:
        self._costs.pop(owner, None)

    def pause_after(self, cost: float) -> float:
        """Seconds until a probe that takes `cost` seconds is due again, counted from its end."""
        total = self._share()
        if total is None:
            return max(cost * (1 / SHARE - 1), SHORTEST)
        share = _level([cost / CROWDED_SHORTEST for costs in self._costs.values() for cost in costs.values()], total)
        return max(cost / share - cost, CROWDED_SHORTEST)


def _level(demands: Iterable[float], total: float) -> float:
    """The most that each may have, so that all together have `total`: who demands less leaves the rest to the others."""
    left = total
    waiting = sorted(demands)
    count = len(waiting)
    for demand in waiting:
        if demand * count >= left:
            return left / count
        left -= demand
        count -= 1
    return total
