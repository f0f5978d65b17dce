"""IDX files: what was written is read, and a header is believed only as far as the bytes behind it go."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
from image_files import idx_bytes, make_idx

from nnlab.core.errors import DataError
from nnlab.images.idx import images_beside, kind_of, labels_beside, read_idx

IMAGES = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)


@pytest.mark.parametrize("packed", [False, True])
def test_what_was_written_is_read(packed: bool, tmp_path: Path) -> None:
    path = make_idx(tmp_path, packed)
    labels = labels_beside(path)
    assert labels is not None and images_beside(labels) == path
    assert kind_of(path) == "images" and kind_of(labels) == "labels"
    assert read_idx(path, "images")[7].tolist() == [[7] * 4] * 3
    assert read_idx(labels, "labels").tolist() == [n % 3 for n in range(30)]


BAD = [
    (b"", "a is no IDX file: it does not begin with its two zeros, a type and a number of dimensions."),
    (b"a,b\n1,2\n", "a is no IDX file: it does not begin"),
    (idx_bytes(IMAGES)[:10], "a ends inside its header; download it again."),
    (idx_bytes(IMAGES)[:-5], "a says that it holds 24 bytes (2 × 3 × 4), but has 19."),
    (idx_bytes(IMAGES) + b"x", "a says that it holds 24 bytes (2 × 3 × 4), but has more."),
    (idx_bytes(IMAGES.reshape(-1)), "a has 1 dimensions, but images have 3; choose another file."),
    (b"\x00\x00\x0d" + idx_bytes(IMAGES)[3:], "a holds float numbers; only IDX files of bytes (type 8) are read."),
    (b"\x00\x00\x08\x03" + bytes(12), "a says that it holds 0 × 0 × 0 numbers, which is nothing."),
    (b"\x00\x00\x08\x03" + b"\xff" * 12, "a says that it holds 79,228,162"),
    (b"\x00\x00\x08\x03" + b"\x00\x00\xff\xff" + b"\x00\x00\x01\x00" * 2, "a says that it holds 4,294,901,760 bytes, but is far too short"),
    (gzip.compress(idx_bytes(IMAGES), mtime=0)[:-9], "a is a damaged gzip file; download it again."),
    (gzip.compress(idx_bytes(IMAGES)[:-5], mtime=0), "a says that it holds 24 bytes (2 × 3 × 4), but has 19."),
    (gzip.compress(idx_bytes(IMAGES) + bytes(10**7), mtime=0), "a says that it holds 24 bytes (2 × 3 × 4), but has more."),
]


@pytest.mark.parametrize(("content", "sentence"), BAD)
def test_counts_that_lie_are_told(content: bytes, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(content)
    with pytest.raises(DataError) as raised:
        read_idx(path, "images")
    assert str(raised.value).startswith(sentence)
