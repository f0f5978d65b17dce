"""One's own images as a data set: split into three parts, seen by the network as they are, and predicted again from files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from image_files import make_folder, make_idx

from nnlab.core.preparation import DataSettings, prepare


@pytest.mark.parametrize("is_color", [False, True])
def test_images_become_samples_in_three_parts(is_color: bool, tmp_path: Path) -> None:
    root = make_folder(tmp_path / "pictures", 20, mode="RGB" if is_color else "L")
    settings = {"path": str(root), "height": 6, "width": 6, "color": "rgb" if is_color else "grey"}
    data = prepare(DataSettings("images", settings, validation_share=0.2, test_share=0.1))
    assert [len(x) for x in (data.x, data.validation_x, data.test_x)] == [28, 8, 4]
    assert np.bincount(data.test_y).tolist() == [2, 2] and data.target.names == ("dark", "light") and data.target.kind == "binary"
    assert data.planes == ((3 if is_color else 1), 6, 6) and data.image_shape == (None if is_color else (6, 6))
    assert data.x.min() >= 0.0 and data.x.max() <= 1.0 and data.raw_x is data.x  # nothing is shifted, and no pixel is held twice
    light = data.y == 1
    assert data.x[light].min() > 0.5 > data.x[~light].max()


def test_idx_files_become_samples(tmp_path: Path) -> None:
    data = prepare(DataSettings("images", {"path": str(make_idx(tmp_path)), "height": 3, "width": 4}))
    assert data.planes == (1, 3, 4) and data.target.names == ("0", "1", "2")
    shown = np.rint(data.x[:, 0] * 255).astype(int)
    assert np.array_equal(shown % 3, data.y)  # image n is filled with n and has the label n modulo 3
