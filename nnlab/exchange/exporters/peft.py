"""PEFT: the project's LoRA adapters as Hugging Face PEFT lays them out, a folder with adapter_config.json and adapter_model.safetensors.

One adapter is the folder itself, several lie in folders of their names within it.
"""

from __future__ import annotations

from pathlib import Path

from nnlab.core.errors import FileError, GraphError
from nnlab.exchange.exporter import Exporter, register
from nnlab.exchange.model import Model
from nnlab.jobs.context import TaskContext
from nnlab.training.adapter_folder import write_folder


def write(model: Model, path: Path, job: TaskContext) -> tuple[str, ...]:
    from nnlab.training.peft import to_stored

    attached = {name: to_stored(model.session.graph, model.session.parameters, name) for name in model.session.adapters}
    adapters = {**model.project.adapters, **attached}
    if not adapters:
        raise GraphError(f"{model.name} has no LoRA adapter to export; attach one first (Ctrl+L, or nnlab.lora.attach).")
    if path.exists() and not path.is_dir():
        raise FileError(f"{path} is a file; name a folder for the adapter.")
    for k, (name, adapter) in enumerate(adapters.items()):
        job.report(k, len(adapters), name)
        write_folder(adapter, path if len(adapters) == 1 else path / name)
    return (f"adapter{'s' if len(adapters) > 1 else ''} {', '.join(adapters)}",)


register(
    Exporter(
        name="peft",
        title="PEFT adapter",
        suffix="",
        description="LoRA adapters as a folder that Hugging Face PEFT loads.",
        write=write,
    )
)
