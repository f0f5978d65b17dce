"""Images of one's own, a folder for each class or IDX files: a project with a convolutional network that fits them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from nnlab.exchange.importer import AS_PROPOSED, ImportChoices, Imported, Importer, register
from nnlab.files.project import SavedProject
from nnlab.files.starting_network import project_for_images
from nnlab.images.source import is_image_source, proposed_form, read_labelled
from nnlab.jobs.context import TaskContext


def read(path: Path, into: SavedProject | None, job: TaskContext, choices: ImportChoices = AS_PROPOSED) -> Imported:
    """Raises DataError naming a file that is no image, an empty class, or counts that do not agree."""
    path = path.expanduser().absolute()
    form = proposed_form(path, choices.labels)
    if choices.size is not None:
        form = replace(form, height=choices.size[0], width=choices.size[1])
    if choices.is_color is not None:
        form = replace(form, is_color=choices.is_color)
    found = read_labelled(path, choices.labels, form, lambda done, total: job.report(done, total, "reading images"))
    project = project_for_images(path, choices.labels, form)
    color = "RGB" if form.is_color else "grey"
    classes = f"{len(found.classes)} classes of {len(found.pixels):,} images, {form.height} × {form.width} pixels in {color}"
    return SavedProject(project), (classes, f"{len(project.graph)} nodes for them, not trained yet", *found.notes)


_OF_ADAPTERS = ("*.safetensors", "*/*.safetensors", "adapter_*.json", "adapter_*.bin")


def fits(path: Path) -> bool:
    """Images as a person means them, and no folder with files of adapters in it, whole or not."""
    return is_image_source(path) and not any(next(path.glob(pattern), None) for pattern in _OF_ADAPTERS)


register(
    Importer(
        name="images", title="Images", suffixes=(".png", ".jpg", ".idx3-ubyte"), fits=fits, read=read,
        accepts=frozenset({"size", "is_color", "labels"}),
    )
)  # fmt: skip
