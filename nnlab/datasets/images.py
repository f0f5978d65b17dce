"""Images of one's own: a folder for each class, or a pair of IDX files, as samples of pixels from 0 to 1."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from nnlab.core.dataset import Dataset, Table, Target, register
from nnlab.core.errors import DataError
from nnlab.core.setting import Setting, Value
from nnlab.images.images import ImageForm
from nnlab.images.source import SIDES, USUAL_SIDE, as_samples, files_beside, pixel_names, read_labelled

SIZES = (
    Setting("height", USUAL_SIDE, unit="pixels", minimum=SIDES[0], maximum=SIDES[1], tip="Every image is brought to this height."),
    Setting("width", USUAL_SIDE, unit="pixels", minimum=SIDES[0], maximum=SIDES[1], tip="Every image is brought to this width."),
)
COLOR = Setting("color", "grey", choices=("grey", "rgb"), choice_titles=("Grey", "RGB"), tip="One number for each pixel, or three.")
FITTING = Setting(
    "fitting", "crop", title="Other shapes", choices=("crop", "pad", "stretch"),
    choice_titles=("Cut to shape", "With a border", "Stretched"), tip="What becomes of an image of another shape.",
)  # fmt: skip


def form_of(settings: Mapping[str, Value]) -> ImageForm:
    """How the settings of this data set say that images are read."""
    fitting = str(settings.get("fitting", FITTING.default))
    height, width = (int(settings.get(side.name, side.default)) for side in SIZES)
    return ImageForm(height, width, settings.get("color") == "rgb", fitting)  # type: ignore[arg-type]  # checked against its choices


def make(settings: Mapping[str, Value], seed: int) -> Table:
    path = str(settings["path"]).strip()
    if not path:
        raise DataError("No images are chosen; set the path of a folder or of an IDX file.")
    form = form_of(settings)
    found = read_labelled(Path(path).expanduser(), str(settings["labels"]).strip(), form)
    kind = "binary" if len(found.classes) == 2 else "classes"
    return Table(
        as_samples(found.pixels), found.y, pixel_names(form), Target(kind, found.classes), notes=found.notes,
        image_shape=None if form.is_color else (form.height, form.width), color_shape=(form.height, form.width) if form.is_color else None,
    )  # fmt: skip


def _files_beside(settings: Mapping[str, Value]) -> tuple[Path, ...]:
    path = str(settings.get("path", "")).strip()
    return files_beside(Path(path).expanduser(), str(settings.get("labels", "")).strip()) if path else ()


register(
    Dataset(
        name="images",
        title="Images",
        category="File",
        description="Images of your own: a folder of PNG or JPEG files for each class, or IDX files such as MNIST's.",
        settings=(
            Setting("path", "", title="Folder", tip="A folder with a folder for each class, or an IDX file of images."),
            Setting("labels", "", tip="The IDX file of labels; empty for the one beside the images.", hidden=True),
            *SIZES,
            COLOR,
            FITTING,
        ),
        make=make,
        files=("path", "labels"),
        files_beside=_files_beside,
    )
)
