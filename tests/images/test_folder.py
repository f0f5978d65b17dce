"""Which images a folder holds and of which class; folders that are none by class."""

from __future__ import annotations

from pathlib import Path

import pytest
from image_files import make_folder

from nnlab.core.errors import DataError
from nnlab.images.folder import list_folder, list_images


def test_folders_are_classes_and_what_is_left_out_is_said(tmp_path: Path) -> None:
    root = make_folder(tmp_path / "pictures", each=2)
    (root / "dark" / "readme.txt").write_text("x")
    (root / "dark" / ".DS_Store").write_text("x")
    (root / "cover.png").write_bytes((root / "dark" / "00.png").read_bytes())
    found = list_folder(root)
    assert found.classes == ("dark", "light") and found.y == (0, 0, 1, 1)
    assert [str(file.relative_to(root)) for file in found.files] == ["dark/00.png", "dark/01.png", "light/00.png", "light/01.png"]
    assert found.notes == (
        "1 image beside the folders was left out, as no folder names the class.",
        "1 file that is no PNG or JPEG was left out (dark/readme.txt).",
    )
    assert len(list_images(root)) == 5  # to predict, all are taken


def test_folders_that_hold_no_classes_are_told(tmp_path: Path) -> None:
    root = make_folder(tmp_path / "pictures", each=1)
    (root / "empty").mkdir()
    with pytest.raises(DataError, match="The class 'empty' is empty: pictures/empty holds no PNG or JPEG image; remove it."):
        list_folder(root)
    with pytest.raises(DataError, match="dark holds 1 image but no folders; name a file, or put the images of each class into"):
        list_folder(root / "dark")
    with pytest.raises(DataError, match="empty is a folder without images"):
        list_folder(root / "empty")
    with pytest.raises(DataError, match=r"empty holds no PNG or JPEG image\."):
        list_images(root / "empty")
    one = make_folder(tmp_path / "one", each=1)
    (one / "light" / "00.png").unlink()
    (one / "light").rmdir()
    with pytest.raises(DataError, match="one holds one class, 'dark'; there is nothing to tell it from: add a folder of another."):
        list_folder(one)
    make_folder(tmp_path / "nested" / "train", each=1)
    with pytest.raises(DataError, match="nested/train holds folders of images; choose the folder whose folders are the classes, for ex"):
        list_folder(tmp_path / "nested")
