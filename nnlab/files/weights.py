"""weights.safetensors: what a network has learned, by name, and nothing that could be executed.

Parameters stand under their own names ("dense_1.weight"), the optimiser's moments under "moments/" ("moments/dense_1.weight.mean"), so
that other programs that read safetensors find the weights where they expect them. Names and shapes have to be exactly
those of the project's graph and optimiser; every number has to be finite. One wrong tensor refuses all of them.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import TYPE_CHECKING

import numpy as np

from nnlab.core.errors import FileError
from nnlab.core.kernel.context import BATCH_SIZE, SEED
from nnlab.core.tensor import Shape
from nnlab.core.tensor_file import read_tensors, write_tensors
from nnlab.engine.adapter_start import FOLLOWS
from nnlab.engine.compile import compile
from nnlab.engine.program import Program
from nnlab.engine.state import initial
from nnlab.files.project import Project
from nnlab.graph.validation import validate
from nnlab.training.initial_weights import values_of

if TYPE_CHECKING:  # see nnlab.files.project
    from nnlab.training.commands import Snapshot

MOMENTS = "moments/"


def encode(snapshot: Snapshot, elsewhere: Container[str] = ()) -> bytes:
    """The arrays of a snapshot as safetensors, without the parameters that are kept `elsewhere`."""
    own = {name: values for name, values in snapshot.parameters.items() if name not in elsewhere}
    tensors = {**own, **{MOMENTS + name: values for name, values in snapshot.moments.items()}}
    return write_tensors({name: np.ascontiguousarray(values) for name, values in tensors.items()}, {"format": "nnlab"})


def decode(content: bytes, project: Project, context: np.ndarray, elsewhere: Mapping[str, np.ndarray] | None = None) -> Snapshot:
    """The snapshot in `content`, made for `project`; raises FileError naming the tensor that does not belong, fit or count.

    `elsewhere` are the parameters that other entries of the file hold: those of adapters.
    """
    tensors = read_tensors(content, "weights.safetensors", ("F32", "F64"))
    for name in elsewhere or {}:
        if name in tensors:
            raise FileError(f"weights.safetensors holds {name!r}, which an adapter's own file holds too")
    tensors |= elsewhere or {}
    program = program_of(project)
    expected = _shapes(program) if program is not None else None
    for name, values in tensors.items():
        if expected is not None and name not in expected:
            raise FileError(f"weights.safetensors holds {name!r}, which is not a parameter of this network")
        if expected is not None and values.shape != expected[name]:
            raise FileError(f"weights.safetensors: {name} has the shape {values.shape}, but the network needs {expected[name]}")
        if not np.isfinite(values).all():
            raise FileError(f"weights.safetensors: {name} contains NaN or infinity")
    missing = [] if expected is None else [name for name in expected if name not in tensors]
    if missing:
        raise FileError(f"weights.safetensors does not hold {', '.join(missing[:3])}{', …' if len(missing) > 3 else ''}")
    order = sorted(tensors) if expected is None else expected  # the file has its own order; the network's is what people know
    return _snapshot({name: tensors[name] for name in order}, context)


def fitted(snapshot: Snapshot, project: Project) -> Snapshot:
    """The snapshot as a file of `project` needs it: exactly its parameters and moments.

    A graph may have been edited since the snapshot was taken: what fits by name and shape is kept, what is new gets the
    initial values of the project. With a graph that cannot run yet, everything is kept for when it can.
    """
    program = program_of(project)
    if program is None:
        return snapshot
    shapes = _shapes(program)
    given = {**snapshot.parameters, **{MOMENTS + name: values for name, values in snapshot.moments.items()}}
    if {name: values.shape for name, values in given.items()} == shapes:
        return snapshot
    state = initial(program, int(snapshot.context[BATCH_SIZE]), int(snapshot.context[SEED]), values_of(project.initial))
    fresh = state.stored() | {MOMENTS + name: place.view(state.arena, 1) for name, place in program.moments.items()}

    def whole(name: str, shape: Shape) -> np.ndarray:
        return given[name] if name in given and given[name].shape == shape else fresh[name]

    return _snapshot({name: whole(name, shape) for name, shape in shapes.items()}, snapshot.context)


def _snapshot(tensors: Mapping[str, np.ndarray], context: np.ndarray) -> Snapshot:
    """Parameters and moments told apart by `MOMENTS`."""
    from nnlab.training.commands import Snapshot

    return Snapshot(
        {name: values for name, values in tensors.items() if not name.startswith(MOMENTS)},
        {name.removeprefix(MOMENTS): values for name, values in tensors.items() if name.startswith(MOMENTS)},
        context,
    )


def program_of(project: Project) -> Program | None:
    """The program that the weights belong to; None while the graph cannot run."""
    if any(diagnostic.severity == "error" for diagnostic in validate(project.graph)):
        return None
    from nnlab.training.update import update_of

    return compile(project.graph, 1, "float32", update_of(project.training))


def _shapes(program: Program) -> Mapping[str, Shape]:
    """Shapes of all parameters and buffers, and of the optimiser's moments under `MOMENTS`; not of what follows from others."""
    shapes = {name: info.place.shape for name, info in program.stored.items() if info.init not in FOLLOWS}
    return shapes | {f"{MOMENTS}{name}": place.shape for name, place in program.moments.items()}
