"""Kept runs inside a project file: runs.json says what they are, runs.safetensors holds their curves and weights.

How a run was set up is written like a project.json of its own, so that it follows the same migrations. The arrays of run 3, second seed,
are "3/1/blocks", "3/1/checks" and "3/1/weights/dense_1.weight".
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Annotated, Any

import msgspec
import numpy as np

from nnlab.core.errors import FileError, NNLabError
from nnlab.core.preparation import DataSettings
from nnlab.core.tensor_file import read_tensors, write_tensors
from nnlab.files import schema
from nnlab.files.project import Project, View
from nnlab.training.kept_run import ITERATION, MEAN, MOST_BLOCKS, MOST_LETTERS, KeptRun, SeedCurve
from nnlab.training.kept_runs import MOST_KEPT, KeptRuns

NAMES, ARRAYS = "runs.json", "runs.safetensors"
MOST_SEEDS = 1000
WEIGHTS = "weights/"


class SeedPart(msgspec.Struct, forbid_unknown_fields=True):
    seed: schema.Count
    iteration: schema.Count
    origin: schema.Count
    block_size: Annotated[int, msgspec.Meta(ge=1, le=2**62)]
    last: float | None = None  # the newest batch loss, null where it is not known


class RunPart(msgspec.Struct, forbid_unknown_fields=True):
    number: Annotated[int, msgspec.Meta(ge=1, le=2**31)]
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=MOST_LETTERS)]
    project: dict[str, Any]
    seeds: Annotated[list[SeedPart], msgspec.Meta(min_length=1, max_length=MOST_SEEDS)]
    is_pinned: bool = False
    start: Annotated[str, msgspec.Meta(max_length=200)] = ""
    code: Annotated[str, msgspec.Meta(max_length=200)] = ""


class RunsPart(msgspec.Struct, forbid_unknown_fields=True):
    runs: Annotated[list[RunPart], msgspec.Meta(max_length=MOST_KEPT)]
    next_number: Annotated[int, msgspec.Meta(ge=1, le=2**31)]


def encode(runs: KeptRuns, data_path_of: Callable[[DataSettings], str | None]) -> dict[str, bytes]:
    """The entries of the archive; none without runs. `data_path_of` says where a CSV file lies in the archive, None: it keeps its path."""
    if not len(runs) and runs.next_number == 1:
        return {}
    arrays: dict[str, np.ndarray] = {}
    parts = []
    for run in runs:
        text = schema.encode(run.project, View(), None, data_path_of(run.project.data))
        seeds = []
        for k, seed in enumerate(run.seeds):
            own = {"blocks": seed.blocks, "checks": seed.checks} | {WEIGHTS + name: values for name, values in seed.weights.items()}
            arrays |= {f"{run.number}/{k}/{name}": np.ascontiguousarray(values) for name, values in own.items()}
            last = seed.last if math.isfinite(seed.last) else None
            seeds.append(SeedPart(seed.seed, seed.iteration, seed.origin, seed.block_size, last))
        parts.append(RunPart(run.number, run.name, msgspec.json.decode(text), seeds, run.is_pinned, run.start, run.code))
    text = msgspec.json.format(msgspec.json.encode(RunsPart(parts, runs.next_number)), indent=1)
    return {NAMES: text, ARRAYS: write_tensors(arrays, {"format": "nnlab"})}


def decode(
    names: bytes | None, arrays: bytes | None, count: int, local: Callable[[Project], Project] = lambda project: project
) -> KeptRuns:
    """The runs, of which project.json says how many there are; raises FileError for what is missing, left over or impossible.

    `local` puts the place of a data file on this computer in the place of that in the archive.
    """
    if names is None or arrays is None:
        if names is not None or arrays is not None or count:
            raise FileError(f"{NAMES if names is None else ARRAYS} is missing; use an undamaged copy")
        return KeptRuns()
    try:
        part = msgspec.json.decode(names, type=RunsPart, strict=True)
    except msgspec.ValidationError as error:
        raise FileError(f"{NAMES}, {schema.in_words(str(error))}") from error
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise FileError(f"{NAMES} cannot be read: {error}") from error
    if len(part.runs) != count:
        raise FileError(f"{NAMES} holds {len(part.runs)} runs, but project.json tells of {count}; use an undamaged copy")
    tensors = read_tensors(arrays, ARRAYS, ("F32", "F64"))
    try:
        found = KeptRuns(tuple(_run(run, tensors, local) for run in part.runs), part.next_number)
    except FileError:
        raise
    except NNLabError as error:
        raise FileError(f"{NAMES}: {str(error).rstrip('.')}") from error
    if tensors:
        raise FileError(f"{ARRAYS} holds {next(iter(tensors))[:80]!r}, which belongs to no run")
    return found


def _run(part: RunPart, tensors: dict[str, np.ndarray], local: Callable[[Project], Project]) -> KeptRun:
    project = schema.decode(msgspec.json.encode(part.project)).project
    seeds = tuple(_seed(seed, f"{part.number}/{k}/", tensors) for k, seed in enumerate(part.seeds))
    return KeptRun(part.number, part.name, local(project), seeds, part.is_pinned, part.start, part.code)


def _seed(part: SeedPart, place: str, tensors: dict[str, np.ndarray]) -> SeedCurve:
    """Takes its arrays out of `tensors`."""
    own = {name.removeprefix(place): tensors.pop(name) for name in [name for name in tensors if name.startswith(place)]}
    blocks, checks = own.pop("blocks", None), own.pop("checks", None)
    for name, values, width in (("blocks", blocks, 3), ("checks", checks, 5)):
        if values is None:
            raise FileError(f"{ARRAYS} does not hold {place}{name}; use an undamaged copy")
        if values.ndim != 2 or values.shape[1] != width or len(values) > 2 * MOST_BLOCKS or values.dtype != np.float64:
            raise FileError(f"{ARRAYS}: {place}{name} has the shape {values.shape}, but needs {width} columns of 64-bit numbers")
    assert blocks is not None and checks is not None
    is_sound = np.isfinite(blocks).all() and (blocks[:, 0] <= blocks[:, MEAN]).all() and (blocks[:, MEAN] <= blocks[:, 1]).all()
    if not is_sound or not (np.diff(checks[:, ITERATION]) > 0).all() or part.origin + len(blocks) * part.block_size > part.iteration:
        raise FileError(f"{ARRAYS}: {place} holds no curve that a run can have; use an undamaged copy")
    for name, values in own.items():
        if not name.startswith(WEIGHTS):
            raise FileError(f"{ARRAYS} holds {place + name!r}, which belongs to no run")
        if not np.isfinite(values).all():
            raise FileError(f"{ARRAYS}: {place}{name} contains NaN or infinity")
    weights = {name.removeprefix(WEIGHTS): values for name, values in own.items()}
    last = math.nan if part.last is None else part.last
    return SeedCurve(part.seed, part.iteration, part.origin, part.block_size, blocks, checks, last, weights)
