"""The first training image of each class for a report, inside the page."""

from __future__ import annotations

import base64
import struct
import zlib
from html import escape

import numpy as np

from nnlab.core.preparation import Data

MOST_CLASSES = 24


def images_html(data: Data) -> str:
    """A picture and its class for each of the first classes; `data` holds images."""
    assert data.planes is not None
    least, most = float(data.raw_x.min()), float(data.raw_x.max())
    found = []
    for k, name in enumerate(data.target.names[:MOST_CLASSES] if data.target.classes else ("",)):
        rows = np.flatnonzero(data.y.ravel() == k) if data.target.classes else np.arange(1)
        if len(rows):
            pixels = (data.raw_x[rows[0]].reshape(data.planes) - least) / ((most - least) or 1.0)
            content = base64.b64encode(png(np.rint(255.0 * pixels).astype(np.uint8))).decode()
            found.append(f'<div><img alt="{escape(name)}" src="data:image/png;base64,{content}">{escape(name)}</div>')
    more = len(data.target.names) - MOST_CLASSES if data.target.classes else 0
    return f'<div class="images">{"".join(found)}</div>' + (f"<p>… and {more:,} more classes</p>" if more > 0 else "")


def png(planes: np.ndarray) -> bytes:
    """uint8 (1 or 3, height, width) as a PNG file (RFC 2083), grey or in colour."""
    channels, height, width = planes.shape
    rows = np.zeros((height, 1 + width * channels), dtype=np.uint8)  # each begins with its filter: none
    rows[:, 1:] = planes.transpose(1, 2, 0).reshape(height, width * channels)
    head = struct.pack(">IIBBBBB", width, height, 8, 0 if channels == 1 else 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows.tobytes(), 9)), (b"IEND", b""))
    chunks = (struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
