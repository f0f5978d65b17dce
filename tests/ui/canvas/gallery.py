"""The canvas in its states and both themes, as pictures to look at beside the mock-ups. Not a test: run it as a script.

python tests/ui/canvas/gallery.py [--out FOLDER] [--size 848x464] [--scale 2]
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

import numpy as np

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from nnlab.core.dataset import Target
from nnlab.files.project import Project
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.graph import Graph
from nnlab.graph.validation import DataShape, infer, validate
from nnlab.ui.canvas import Canvas
from nnlab.ui.document.document import Document
from nnlab.ui.document.selection import Selection
from nnlab.ui.look.theme import Theme

RNG = np.random.default_rng(4)


def chain(features: int, widths: tuple[int, ...], outputs: int) -> Graph:
    b = GraphBuilder()
    h = b.input(features=features)
    for width in widths:
        h = b.tanh(b.dense(h, units=width))
    b.cross_entropy(b.dense(h, units=outputs))
    return b.build()


def residual() -> Graph:
    b = GraphBuilder()
    h = b.relu(b.dense(b.input(features=13), units=16))
    b.cross_entropy(b.dense(b.add(h, b.relu(b.dense(h, units=16))), units=4))
    return b.build()


def noise(graph: Graph) -> dict[str, np.ndarray]:
    """Random values of the right shapes for every tensor and its gradient."""
    found = {}
    for (node, tensor), shape in infer(graph).shapes.items():
        declared = graph[node].kind.tensors.get(tensor)
        batch = (8,) if declared is None or declared.has_batch else ()
        for prefix in ("", "d_"):
            found[f"{node}.{prefix}{tensor}"] = RNG.normal(size=(*batch, *shape)).astype(np.float32)
    for loss in graph.losses:
        found[f"{loss.id}.sample_loss"] = RNG.exponential(size=8).astype(np.float32)
        found[f"{loss.id}.loss"] = found[f"{loss.id}.sample_loss"].mean(keepdims=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path(tempfile.gettempdir()) / "nnlab-canvas")
    parser.add_argument("--size", default="848x464")
    parser.add_argument("--scale", type=int, default=1, help="device pixel ratio")
    options = parser.parse_args()
    os.environ["QT_SCALE_FACTOR"] = str(options.scale)
    options.out.mkdir(parents=True, exist_ok=True)
    theme = Theme(QApplication([]), "dark")
    width, height = (int(part) for part in options.size.split("x"))
    graphs = {"small": chain(2, (8, 8), 2), "digits": chain(64, (32,), 10), "residual": residual(), "empty": Graph()}
    for name, graph in graphs.items():
        canvas = Canvas(Document(Project(graph=graph)), Selection(), theme)
        canvas.resize(width, height)
        canvas.show()
        canvas.set_data_title(name, "y", (), (8, 8) if name == "digits" else None)
        canvas.set_diagnostics(validate(graph, DataShape(13, Target("classes", ("a", "b", "c")))) if name == "residual" else ())
        canvas.set_values(noise(graph).get)
        for mode in ("dark", "light"):
            theme.set_mode(mode)
            for form in ("train", "build"):
                canvas.set_mode(form == "train")
                canvas.grab().save(str(options.out / f"{name}-{form}-{mode}.png"))
        canvas.set_mode(True)
        canvas.set_overlay("gradients")
        canvas.grab().save(str(options.out / f"{name}-gradients-light.png"))
    print(options.out)


if __name__ == "__main__":
    main()
