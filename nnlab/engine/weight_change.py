"""Weights set by hand: which numbers of which parameters, before and after.

A project does not hold weights, they live in the training thread; so an undo step that sets some carries the numbers themselves. Only
the numbers that were changed are carried: taking back one weight of a layer leaves what all others have learned since.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from nnlab.core.tensor import Shape


@dataclass(frozen=True, eq=False)
class Entries:
    """Some numbers of one parameter of `shape`: `places`, int64 (k,), counts its elements row by row; `values` is float (k,)."""

    shape: Shape
    places: np.ndarray
    values: np.ndarray

    @staticmethod
    def whole(values: np.ndarray) -> Entries:
        """All numbers of a parameter."""
        return Entries(values.shape, np.arange(values.size), np.ravel(values).copy())


@dataclass(frozen=True, eq=False)
class WeightChange:
    """`before` and `after` by parameter name ("dense_1.weight"); both hold the same parameters and places."""

    before: Mapping[str, Entries]
    after: Mapping[str, Entries]

    @staticmethod
    def between(before: Mapping[str, np.ndarray], after: Mapping[str, np.ndarray]) -> WeightChange:
        """What turns the arrays `before` into those of the same names and shapes in `after`."""
        old, new = {}, {}
        for name, values in after.items():
            earlier, later = np.ravel(before[name]), np.ravel(values)
            places = np.flatnonzero(earlier != later)
            if len(places):
                old[name] = Entries(values.shape, places, earlier[places])
                new[name] = Entries(values.shape, places, later[places])
        return WeightChange(old, new)

    @property
    def is_nothing(self) -> bool:
        """Whether every number stays as it is."""
        return all(np.array_equal(self.before[name].values, entries.values) for name, entries in self.after.items())

    def then(self, later: WeightChange) -> WeightChange:
        """This change and a later one as a single one: the first `before` and the last `after` of every number."""
        names = dict.fromkeys((*self.after, *later.after))
        return WeightChange(
            {name: _over(later.before.get(name), self.before.get(name)) for name in names},
            {name: _over(self.after.get(name), later.after.get(name)) for name in names},
        )


def _over(below: Entries | None, above: Entries | None) -> Entries:
    """The numbers of both; where both have one, that of `above`."""
    if below is None or above is None:
        found = below or above
        assert found is not None
        return found
    only_below = ~np.isin(below.places, above.places)
    places = np.concatenate([above.places, below.places[only_below]])
    values = np.concatenate([above.values, below.values[only_below]])
    order = np.argsort(places)  # so that both sides of a change list their places alike
    return Entries(above.shape, places[order], values[order])
