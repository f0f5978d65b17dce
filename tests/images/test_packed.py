"""Images inside a project file: they open where the folder is not, with the same bits."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from image_files import make_folder, make_idx

from nnlab.core.errors import DataError
from nnlab.core.preparation import prepare
from nnlab.files.project import SavedProject
from nnlab.files.project_file import load_project, save_project
from nnlab.files.starting_network import project_for_images
from nnlab.images.images import ImageForm, ImageSet
from nnlab.images.packed import pack, unpack
from nnlab.images.source import proposed_form, read_labelled


@pytest.mark.parametrize("is_folder", [True, False])
def test_a_project_opens_where_its_images_are_not(is_folder: bool, tmp_path: Path) -> None:
    path = make_folder(tmp_path / "in" / "pictures", 6, mode="RGB") if is_folder else make_idx(tmp_path / "in")
    project = project_for_images(path)
    data = prepare(project.data)
    save_project(tmp_path / "p.nnlab", SavedProject(project))
    shutil.rmtree(tmp_path / "in")
    opened = load_project(tmp_path / "p.nnlab").project
    again = prepare(opened.data)
    assert again.x.tobytes() == data.x.tobytes() and again.y.tobytes() == data.y.tobytes() and again.target == data.target
    form = proposed_form(Path(str(opened.data.settings["path"])))
    assert (form.height, form.width) == data.planes[1:]  # type: ignore[index]
    smaller = replace(form, height=2, width=2, is_color=False)
    assert read_labelled(Path(str(opened.data.settings["path"])), "", smaller).pixels.shape == (len(data.x) + len(data.validation_x), 2, 2)
    save_project(tmp_path / "q.nnlab", SavedProject(opened))  # packed once more, not twice
    assert prepare(load_project(tmp_path / "q.nnlab").project.data).x.tobytes() == data.x.tobytes()


def test_what_is_not_packed_is_told(tmp_path: Path) -> None:
    images = ImageSet(np.zeros((3, 2, 2), np.uint8), np.array([0, 1, 0]), ("a", "b"), ("1", "2", "3"))
    path = tmp_path / "x.images"
    path.write_bytes(pack(images))
    assert unpack(path).y.tolist() == [0, 1, 0] and read_labelled(path, "", ImageForm(2, 2)).classes == ("a", "b")
    for changed, words in (
        (replace(images, y=np.array([0, 1, 2])), "its classes and names do not fit its 3 images"),
        (replace(images, names=("1",)), "its classes and names do not fit its 3 images"),
        (replace(images, pixels=np.zeros((3, 2), np.uint8)), "its pixels are uint8"),
    ):
        path.write_bytes(pack(changed))
        with pytest.raises(DataError, match=words):
            unpack(path)
    path.write_bytes(pack(images)[:-4])
    with pytest.raises(DataError, match=r"x\.images does not hold packed images"):
        unpack(path)
