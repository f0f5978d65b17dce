"""Which samples are for training, which for validation and which for the test at the very end.

Random, with the same share of every class (stratified), by group (rows of one patient stay together) or by time (the latest rows are
kept back). A class too small for the parts stays in training, which a note tells. All of it follows from a seed. Where samples are added by
hand, the place of each depends on itself and the seed alone, so that one more does not move the others.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import blake2b

import numpy as np

from nnlab.core.dataset import Table, Target, random_generator
from nnlab.core.errors import DataError
from nnlab.core.written import percent

SPLITS = ("stratified", "random", "group", "time")
SPLIT_TITLES = ("Stratified", "At random", "By group", "By time")
MOST_NAMED = 5  # classes in a note


@dataclass(frozen=True, eq=False)
class Split:
    """Indices of the samples in each part, int64; they share none and hold all. `notes`: what was split otherwise than asked."""

    training: np.ndarray
    validation: np.ndarray
    test: np.ndarray
    notes: tuple[str, ...] = ()


def split(table: Table, how: str, validation_share: float, test_share: float, seed: int) -> Split:
    """The parts of a table's samples, each in random order and each with at least one where its share is not 0.

    Raises DataError when every class, the groups or the table is too small for the parts, when both shares leave nothing to train on, and
    when the table has no groups or times to split by.
    """
    if validation_share + test_share > 0.95:
        taken = percent(validation_share + test_share)
        raise DataError(f"Validation and test take {taken} of the samples; leave at least 5 % for training.")
    order = np.argsort(_keys(table.x, seed), kind="stable") if table.grows else random_generator(seed, "split").permutation(table.samples)
    if how == "time":
        return _by_time(table, order, validation_share, test_share)
    if how == "group":
        return _by_group(table, order, validation_share, test_share)
    is_stratified = how == "stratified" and table.target.kind != "continuous"
    groups = table.y if is_stratified else np.zeros(table.samples, dtype=np.int64)
    part = np.zeros(table.samples, dtype=np.int8)
    needed = 1 + (validation_share > 0.0) + (test_share > 0.0)
    small: dict[int, int] = {}  # classes that have fewer samples than there are parts, and how many
    for group in np.unique(groups):
        members = order[groups[order] == group]
        if len(members) < needed:
            small[int(group)] = len(members)  # which are for training
            continue
        held_out = 0
        for number, share in ((1, validation_share), (2, test_share)):
            if share > 0.0:
                later = number == 1 and test_share > 0.0  # whether another part still needs one
                count = min(max(round(share * len(members)), 1), len(members) - held_out - 1 - later)
                part[members[held_out : held_out + count]] = number
                held_out += count
    if not small or table.grows:
        return _parts(order, part)  # the first samples drawn by hand are for training, without a word
    if not part.any():
        raise DataError(_cannot_split(table.target if is_stratified else None, small, needed))
    return replace(_parts(order, part), notes=(_stay_in_training([table.target.names[group] for group in small], needed),))


def _keys(samples: np.ndarray, seed: int) -> np.ndarray:
    """A number for every sample that looks random and depends on its features and the seed alone."""
    salt = seed.to_bytes(8, "little")
    return np.array([int.from_bytes(blake2b(row.tobytes(), digest_size=7, key=salt).digest(), "little") for row in samples])


def _parts(order: np.ndarray, part: np.ndarray) -> Split:
    return Split(*(order[part[order] == number] for number in range(3)))


def _stay_in_training(names: list[str], parts: int) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    listed = ", ".join(map(repr, names[:MOST_NAMED])) + more
    few = "a single sample" if parts == 2 else f"fewer than {parts} samples"
    if len(names) == 1:
        return f"The class {listed} has {few} and is used for training only."
    return f"The classes {listed} have {few} each and are used for training only."


def _cannot_split(target: Target | None, small: dict[int, int], parts: int) -> str:
    """Why no sample can be held out, said of the first class, or of the data where there are no classes."""
    group, members = next(iter(small.items()))
    what = "The data has" if target is None else f"The class {target.names[group]!r} has"
    if parts == 2:
        advice = "add samples or set the validation share to 0"
        return f"{what} a single sample, which cannot be used for both training and validation; {advice}."
    return f"{what} {members} sample{'s' if members > 1 else ''} for training, validation and test; add samples or set a share to 0."


def _by_time(table: Table, order: np.ndarray, validation_share: float, test_share: float) -> Split:
    """The last samples are for test, those before them for validation."""
    if table.times is None:
        raise DataError("The data has no times to split by; choose the column that tells the time of a row.")
    by_time = np.argsort(table.times, kind="stable")
    test = max(round(test_share * len(by_time)), 1) if test_share else 0
    validation = max(round(validation_share * len(by_time)), 1) if validation_share else 0
    if test + validation >= len(by_time):
        raise DataError(f"The data has {len(by_time)} samples, too few to split by time; add samples or set a share to 0.")
    part = np.zeros(len(by_time), dtype=np.int8)
    part[by_time[len(by_time) - test :]] = 2
    part[by_time[len(by_time) - test - validation : len(by_time) - test]] = 1
    return _parts(order, part)


def _by_group(table: Table, order: np.ndarray, validation_share: float, test_share: float) -> Split:
    """Whole groups, in random order, until a part has its share."""
    if table.groups is None:
        raise DataError("The data has no groups to split by; choose the column that names the group of a row.")
    _, first, place = np.unique(table.groups, return_index=True, return_inverse=True)
    needed = 1 + (validation_share > 0.0) + (test_share > 0.0)
    if len(first) < needed:
        raise DataError(f"The data has {len(first)} group{'s' if len(first) > 1 else ''}, too few for {needed} parts; set a share to 0.")
    in_order = list(dict.fromkeys(place[order].tolist()))  # of groups, by their first sample in the random order
    sizes = np.bincount(place)
    part_of_group = np.zeros(len(first), dtype=np.int8)
    taken = 0
    for number, share in ((1, validation_share), (2, test_share)):
        later = 1 + (number == 1 and test_share > 0.0)
        size = 0
        while share > 0.0 and taken < len(in_order) - later and (size == 0 or size + sizes[in_order[taken]] / 2 <= share * len(order)):
            part_of_group[in_order[taken]] = number
            size += int(sizes[in_order[taken]])
            taken += 1
    return _parts(order, part_of_group[place])
