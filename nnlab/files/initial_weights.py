"""Initial weights inside a project file: initial.safetensors holds the numbers, project.json says what they are.

A few numbers, such as those of a worked example, may be written out in project.json itself (`values`), where people can read them.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
import numpy as np

from nnlab.core.errors import FileError, NNLabError
from nnlab.core.tensor_file import read_tensors, write_tensors
from nnlab.training.initial_weights import InitialWeights, SwappedLabels

ENTRY = "initial.safetensors"


class SwappedLabelsPart(msgspec.Struct, forbid_unknown_fields=True):
    optimizer: str
    learning_rate: Annotated[float, msgspec.Meta(ge=0, le=1000)]
    updates: Annotated[int, msgspec.Meta(ge=1, le=10_000_000)]


class InitialPart(msgspec.Struct, forbid_unknown_fields=True):
    """What project.json says of them; `swapped_labels` is how they were learned, if they were."""

    name: str
    words: str = ""
    swapped_labels: SwappedLabelsPart | None = None
    values: dict[str, list[Any]] | None = None  # numbers in lists, a list per row of a matrix; None: they are in initial.safetensors


def part_of(initial: InitialWeights | None) -> InitialPart | None:
    if initial is None:
        return None
    recipe = initial.recipe
    learned = None if recipe is None else SwappedLabelsPart(recipe.optimizer, recipe.learning_rate, recipe.updates)
    return InitialPart(initial.name, initial.words, learned)


def encode(initial: InitialWeights) -> bytes:
    return write_tensors({name: np.array(values) for name, values in initial.values.items()}, {"format": "nnlab"})


def decode(part: InitialPart | None, content: bytes | None) -> InitialWeights | None:
    """The initial weights that project.json names; raises FileError when the numbers are missing, left over or none a network may hold."""
    if part is not None and part.values is not None:
        return _written_out(part, part.values, content)
    if (part is None) != (content is None):
        lost = f"{ENTRY} is missing" if content is None else f"{ENTRY} is not named in project.json"
        raise FileError(f"{lost}; use an undamaged copy")
    if part is None or content is None:
        return None
    try:
        return _initial(part, read_tensors(content, ENTRY, ("F32", "F64")))
    except FileError:
        raise
    except NNLabError as error:
        raise FileError(f"{ENTRY}: {error}") from error


def _written_out(part: InitialPart, values: dict[str, list[Any]], content: bytes | None) -> InitialWeights:
    if content is not None:
        raise FileError(f"the initial weights are in project.json and in {ENTRY}; use an undamaged copy")
    arrays = {}
    for name, rows in values.items():
        try:
            numbers = np.array(rows)
        except (ValueError, OverflowError):
            numbers = np.array("")
        if numbers.dtype.kind not in "if":
            raise FileError(f"project.json, initial, values, {name}: expected numbers, in rows of one length")
        arrays[name] = numbers.astype(np.float64)
    try:
        return _initial(part, arrays)
    except NNLabError as error:
        raise FileError(f"project.json, initial: {error}") from error


def _initial(part: InitialPart, values: dict[str, np.ndarray]) -> InitialWeights:
    learned = part.swapped_labels
    recipe = None if learned is None else SwappedLabels(learned.optimizer, learned.learning_rate, learned.updates)
    return InitialWeights(part.name, part.words, values, recipe)
