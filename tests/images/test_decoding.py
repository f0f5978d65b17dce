"""One image file as pixels: exact values, every way of storing them, and files that are no image."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from image_files import png_claiming
from PIL import Image

from nnlab.core.errors import DataError
from nnlab.images.decoding import read_image


def saved(path: Path, image: Image.Image, **options: object) -> Path:
    image.save(path, **options)
    return path


def test_pixels_of_a_png_are_those_that_were_stored(tmp_path: Path) -> None:
    pixels = np.arange(24, dtype=np.uint8).reshape(4, 6) * 10
    path = saved(tmp_path / "a.png", Image.fromarray(pixels))
    assert np.array_equal(read_image(path, 4, 6, False, "crop"), pixels)
    assert np.array_equal(read_image(path, 4, 6, True, "crop"), np.repeat(pixels[..., None], 3, axis=2))


def test_every_way_of_storing_comes_out_as_eight_bits(tmp_path: Path) -> None:
    deep = np.array([[0, 257 * 100], [257 * 200, 65535]], dtype=np.uint16)  # 257 = 65535 / 255
    assert read_image(saved(tmp_path / "deep.png", Image.fromarray(deep)), 2, 2, False, "crop").tolist() == [[0, 100], [200, 255]]
    clear = Image.new("RGBA", (2, 2), (10, 10, 10, 0))  # wholly transparent: the white behind it is seen
    assert read_image(saved(tmp_path / "clear.png", clear), 2, 2, False, "crop").tolist() == [[255, 255], [255, 255]]
    palette = Image.new("RGB", (2, 2), (200, 30, 60)).quantize(4)
    assert read_image(saved(tmp_path / "palette.png", palette), 2, 2, True, "crop")[0, 0].tolist() == [200, 30, 60]
    bits = Image.fromarray(np.array([[True, False]]))
    assert read_image(saved(tmp_path / "bits.png", bits), 1, 2, False, "crop").tolist() == [[255, 0]]
    cmyk = read_image(saved(tmp_path / "print.jpg", Image.new("CMYK", (8, 8), (0, 0, 0, 255))), 8, 8, False, "crop")
    assert cmyk.max() < 10  # black ink only


def test_a_photo_is_turned_as_its_camera_says(tmp_path: Path) -> None:
    pixels = np.zeros((16, 32), dtype=np.uint8)
    pixels[:, :16] = 255  # light at the left
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees clockwise: light on top
    path = saved(tmp_path / "photo.jpg", Image.fromarray(pixels), exif=exif, quality=95)
    upright = read_image(path, 32, 16, False, "crop")
    assert upright[:12].min() > 240 and upright[20:].max() < 15


def test_another_shape_is_cut_bordered_or_stretched(tmp_path: Path) -> None:
    pixels = np.zeros((8, 16), dtype=np.uint8)
    pixels[:, 4:12] = 200  # the middle square is grey, both ends are black
    path = saved(tmp_path / "wide.png", Image.fromarray(pixels))
    assert read_image(path, 8, 8, False, "crop").min() == 200  # the ends are cut off
    bordered = read_image(path, 16, 16, False, "pad")
    assert np.array_equal(bordered[4:12], pixels) and bordered[:4].max() == 0
    assert read_image(path, 8, 8, False, "stretch")[4, 4] == 200


BAD = [
    (b"", "cats/x.png is empty; replace or remove it."),
    (b"just text, long enough to be a header", "cats/x.png is no PNG or JPEG image; replace or remove it."),
    (b"GIF89a" + bytes(40), "cats/x.png is no PNG or JPEG image; replace or remove it."),
    (b"\x89PNG\r\n\x1a\n" + bytes(40), "cats/x.png is no PNG or JPEG image; replace or remove it."),
    (png_claiming(60_000, 60_000), "cats/x.png claims "),
    (png_claiming(9_000, 9_000), "cats/x.png claims 9,000 × 9,000 pixels, more than the 50 million that are read; make it smaller."),
    (png_claiming(100, 100), "cats/x.png is damaged: "),
    (b"\xff\xd8\xff\xe0" + bytes(30), "cats/x.png is no PNG or JPEG image; replace or remove it."),
]


@pytest.mark.parametrize(("content", "sentence"), BAD)
def test_what_is_no_image_is_named_in_one_sentence(content: bytes, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "cats" / "x.png"
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(DataError) as raised:
        read_image(path, 8, 8, False, "crop")
    assert str(raised.value).startswith(sentence) and str(raised.value).count(". ") == 0


def test_an_image_cut_short_or_written_over_is_refused_or_read_but_never_half(tmp_path: Path) -> None:
    good = tmp_path / "good.png"
    generator = np.random.default_rng(1)
    Image.fromarray(generator.integers(0, 255, (32, 32), dtype=np.uint8)).save(good)
    content = good.read_bytes()
    path = tmp_path / "cut.png"
    for end in range(8, len(content) - 12, 37):
        path.write_bytes(content[:end])
        with pytest.raises(DataError, match=r"/cut\.png (is damaged|is no PNG)"):
            read_image(path, 32, 32, False, "crop")
    for place in range(60, len(content) - 20, 41):  # inside the packed pixels, whose checksums tell
        path.write_bytes(content[:place] + bytes([content[place] ^ 0x55]) + content[place + 1 :])
        with pytest.raises(DataError, match=r"/cut\.png is damaged"):
            read_image(path, 32, 32, False, "crop")
