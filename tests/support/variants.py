"""Variants of a project that several tests train beside it."""

from nnlab.training.difference import SEED_KEY, Difference
from nnlab.training.variant import Variant
from nnlab.training.varied import variant_of


def another_seed(distance: int) -> Variant:
    """The same in everything but the seed, which is so many further on."""
    return variant_of(Difference(SEED_KEY, f"+{distance}"))
