"""Images with their classes, of one size: proposals, order of the pixels, and what cannot be used."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from image_files import idx_bytes, make_folder, make_idx
from PIL import Image

from nnlab.core import memory
from nnlab.core.errors import DataError
from nnlab.core.preparation import DataSettings, prepare
from nnlab.images.images import ImageForm
from nnlab.images.source import as_samples, pixel_names, proposed_form, read_labelled, read_unlabelled


def test_the_form_proposed_is_that_of_the_images(tmp_path: Path) -> None:
    assert proposed_form(make_folder(tmp_path / "grey", 2)) == ImageForm(6, 6)
    assert proposed_form(make_folder(tmp_path / "color", 2, (6, 9), "RGB")) == ImageForm(6, 9, is_color=True)
    assert proposed_form(make_folder(tmp_path / "large", 2, (90, 70))) == ImageForm(32, 32)
    mixed = make_folder(tmp_path / "mixed", 2)
    Image.new("L", (9, 5)).save(mixed / "dark" / "00.png")
    assert proposed_form(mixed) == ImageForm(32, 32)
    images = make_idx(tmp_path / "idx")
    assert proposed_form(images) == ImageForm(3, 4)
    elsewhere = shutil.move(images.with_name("train-labels-idx1-ubyte.gz"), tmp_path / "elsewhere")
    assert proposed_form(images, elsewhere) == ImageForm(3, 4)


def test_samples_are_channels_of_rows_from_0_to_1(tmp_path: Path) -> None:
    pixels = np.arange(12, dtype=np.uint8).reshape(1, 2, 2, 3) * 20  # red, green and blue of the first pixel are 0, 20, 40
    expected = [0, 60, 120, 180, 20, 80, 140, 200, 40, 100, 160, 220]
    assert as_samples(pixels).tolist() == [[value / 255.0 for value in expected]]
    names = pixel_names(ImageForm(2, 2, is_color=True))
    assert names[:3] == ("red 1 1", "red 1 2", "red 2 1") and names[4] == "green 1 1" and len(names) == 12


def test_a_folder_and_idx_files_are_read_once_and_again_when_they_change(tmp_path: Path) -> None:
    root, form, seen = make_folder(tmp_path / "a", 3), ImageForm(6, 6), []
    first = read_labelled(root, "", form, lambda done, total: seen.append((done, total)))
    assert first.pixels.shape == (6, 6, 6) and first.y.tolist() == [0, 0, 0, 1, 1, 1] and seen[-1] == (6, 6)
    assert read_labelled(root, "", form) is first
    (root / "light" / "02.png").unlink()
    assert len(read_labelled(root, "", form).pixels) == 5
    path = make_idx(tmp_path / "idx")
    found = read_labelled(path, "", ImageForm(3, 4))
    assert found.classes == ("0", "1", "2") and found.pixels[5].max() == 5 and found.y[5] == 2
    assert read_labelled(path.with_name("train-labels-idx1-ubyte.gz"), "", ImageForm(3, 4)).pixels.shape == (30, 3, 4)  # either is named
    assert read_labelled(path, "", ImageForm(8, 8, is_color=True)).pixels.shape == (30, 8, 8, 3)
    alone, names = read_unlabelled(root / "dark" / "00.png", form)
    assert np.array_equal(alone[0], first.pixels[0]) and names == ("00.png",)


def test_labels_replaced_alone_are_noticed(tmp_path: Path) -> None:
    path = make_idx(tmp_path / "idx")
    settings = DataSettings("images", {"path": str(path), "height": 3, "width": 4}, validation_share=0.0)
    first, data = read_labelled(path, "", ImageForm(3, 4)), prepare(settings)
    labels = path.with_name("train-labels-idx1-ubyte.gz")
    labels.write_bytes(idx_bytes(np.arange(30, dtype=np.uint8) % 5))
    again = read_labelled(path, "", ImageForm(3, 4))
    assert len(first.classes) == 3 and len(again.classes) == 5
    assert data.target.classes == 3 and prepare(settings).target.classes == 5


def test_what_cannot_be_used_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root, form = make_folder(tmp_path / "a", 3), ImageForm(6, 6)
    (root / "dark" / "01.png").write_text("no image")
    (root / "light" / "01.png").write_bytes(b"")
    with pytest.raises(DataError) as raised:
        read_labelled(root, "", form)
    assert str(raised.value) == (
        "dark/01.png is no PNG or JPEG image; replace or remove it. 1 more of the 6 images cannot be read either."
    )
    path = make_idx(tmp_path / "idx")
    labels = path.with_name("train-labels-idx1-ubyte.gz")
    labels.write_bytes(idx_bytes(np.zeros(29)))
    with pytest.raises(DataError, match=r"holds 30 images, but train-labels-idx1-ubyte\.gz 29 labels\."):
        read_labelled(path, "", ImageForm(3, 4))
    labels.write_bytes(idx_bytes(np.zeros(30)))
    with pytest.raises(DataError, match="holds one label, 0; there is nothing to tell it from"):
        read_labelled(path, "", ImageForm(3, 4))
    shutil.move(labels, tmp_path / "elsewhere")
    with pytest.raises(DataError, match="there is no file of labels beside it that is named alike"):
        read_labelled(path, "", ImageForm(3, 4))
    with pytest.raises(DataError, match="There is no file or folder"):
        read_labelled(tmp_path / "nowhere", "", form)
    monkeypatch.setattr(memory, "available_memory", lambda: 1000)
    monkeypatch.setattr("nnlab.images.source.available_memory", lambda: 1000)
    with pytest.raises(DataError, match=r"24 images of 6 × 6 take 0\.0 GB, and 0\.0 GB of memory are left; choose a smaller size\."):
        read_labelled(make_folder(tmp_path / "many", 12), "", form)
