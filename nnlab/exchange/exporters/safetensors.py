"""safetensors: all parameters under the names that PyTorch's modules give them, and the preparation in the file's metadata."""

from __future__ import annotations

from pathlib import Path

from nnlab.core import fitted_preparation
from nnlab.core.atomic import write_atomically
from nnlab.core.tensor_file import write_tensors
from nnlab.exchange.exporter import Exporter, register
from nnlab.exchange.model import Model
from nnlab.exchange.torch_names import state_dict
from nnlab.jobs.context import TaskContext


def write(model: Model, path: Path, job: TaskContext) -> tuple[str, ...]:
    job.check()
    tensors = state_dict(model.graph, model.parameters)
    metadata = {"format": "pt", **model.metadata, "preparation": fitted_preparation.encode(model.preparation).decode()}
    metadata["graph"] = model.graph.to_json()  # by which it can be imported whole
    content = write_tensors(tensors, metadata)
    write_atomically(path, lambda file: file.write(content))
    count = sum(values.size for values in tensors.values())
    merged = f"; merged into the weights: {', '.join(model.merged)}" if model.merged else ""
    return (f"{len(tensors)} tensors, {count:,} numbers{merged}",)


register(
    Exporter(
        name="safetensors",
        title="safetensors",
        suffix=".safetensors",
        description="The weights under PyTorch's names, readable by every program that knows safetensors.",
        write=write,
    )
)
