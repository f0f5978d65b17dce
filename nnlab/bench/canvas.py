"""What painting the canvas costs: 4,096 weighted edges, and a graph of 200 nodes and 2,000 edges that is opened, panned and zoomed.

Everything is painted at once by `repaint`, in this process, so that a figure is the whole cost of a frame: moving, laying out, drawing.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable
from typing import Any

NODES, EDGES = 200, 2000
DEEP = 10  # nodes in a column
FRAMES = 60
LAYER = 64  # units on each side of the 4,096 weights
SIZE = (420, 900)  # pixels the 4,096 curves are painted on


def large_graph(nodes: int = NODES, edges: int = EDGES, seed: int = 0) -> Any:
    """Layers of ten nodes; every node of a later layer adds up about ten of the twenty before it."""
    from nnlab.core.operator import operators
    from nnlab.graph.graph import Edge, Graph, make_node

    draw = random.Random(seed)
    made = [make_node("input_1", "input", {"features": 8}, (0.0, 0.0))]
    made += [make_node(f"dense_{i + 1}", "dense", {"units": 8}, _place(i)) for i in range(DEEP)]
    joined = [Edge("input_1", node.id, "x") for node in made[1:]]
    count = nodes - len(made) - 1
    for i in range(count):
        first = 1 + DEEP * max(0, i // DEEP - 1)
        near = made[first : 1 + DEEP * (i // DEEP + 1)]
        reads = draw.sample(near, min(len(near), -(-(edges - 1 - len(joined)) // (count - i))))
        node = make_node(f"add_{i + 1}", "add", {}, _place(DEEP + i))
        names = operators["add"].port_names(len(reads))
        joined += [Edge(source.id, node.id, port) for source, port in zip(reads, names, strict=True)]
        made.append(node)
    made.append(make_node("mse_1", "mse", {}, _place(nodes + DEEP)))
    joined.append(Edge(made[-2].id, "mse_1", "x"))
    return Graph(tuple(made), tuple(joined))


def _place(index: int) -> tuple[float, float]:
    """Column by column."""
    return 260.0 * (1 + index // DEEP), 120.0 * (index % DEEP - (DEEP - 1) / 2)


def frames(change: Callable[[int], object], repaint: Callable[[], object], count: int = FRAMES) -> list[float]:
    """Milliseconds of each of `count` frames: a change, and everything painted again."""
    found = []
    for i in range(count):
        start = time.perf_counter()
        change(i)
        repaint()
        found.append((time.perf_counter() - start) * 1000)
    return found


def curves_4096() -> float:
    """Milliseconds to draw 64 × 64 weighted curves again, antialiased, on SIZE pixels: the median frame."""
    import numpy as np
    from PySide6.QtCore import QPointF
    from PySide6.QtWidgets import QFrame, QGraphicsScene, QGraphicsView

    from nnlab.app import application, settle
    from nnlab.ui.canvas.edges.weight_layer import WeightCurves
    from nnlab.ui.canvas.model.content import Weights
    from nnlab.ui.canvas.painting.paint_kit import PaintKit
    from nnlab.ui.look.theme import Theme

    app = application()
    theme = getattr(app, "nnlab_theme", None) or Theme(app)
    width, height = SIZE
    item = WeightCurves(Weights("dense_1.weight", "dense_1.d_weight", "input_1.y", LAYER, LAYER), PaintKit(theme))
    heights = [(i + 0.5) * height / LAYER for i in range(LAYER)]
    item.set_ends(0.0, float(width), heights, heights, (QPointF(), QPointF()))
    item.set_values(np.random.default_rng(0).normal(size=(LAYER, LAYER)).astype(np.float32))
    scene = QGraphicsScene()
    scene.setSceneRect(-1000, -1000, 3000, 3000)
    scene.addItem(item)
    view = QGraphicsView(scene)
    view.setFrameShape(QFrame.Shape.NoFrame)
    view.resize(width, height)
    view.show()
    view.centerOn(width / 2, height / 2)
    settle(50)
    # Moved by a pixel, every curve lies elsewhere: nothing that was drawn before can be used again.
    times = frames(lambda i: item.setPos(0, i % 2), view.viewport().repaint)
    view.close()
    return statistics.median(times)


def large(graph: Any) -> dict[str, float]:
    """Opening a large graph in the real window, and panning and zooming it, milliseconds by name."""
    import tempfile
    from pathlib import Path

    from nnlab.app import open_window, settle
    from nnlab.files.examples import project_for_graph
    from nnlab.ui.files.store import Store

    result: dict[str, float] = {}
    project = project_for_graph(graph)
    with tempfile.TemporaryDirectory() as folder:
        window = open_window("spiral", store=Store(Path(folder)))
        for workspace in ("build", "train"):
            window.show_workspace(workspace)
            settle(300)
            start = time.perf_counter()
            window.document.replace(project, "large")
            window.canvas.view.viewport().repaint()
            result[f"{workspace}_open_ms"] = (time.perf_counter() - start) * 1000
            settle(300)
            result |= {f"{workspace}_{name}": value for name, value in moving(window.canvas.view).items()}
        window.files.give_up()
        window.close()
    return {name: round(value, 2) for name, value in result.items()}


def moving(view: Any) -> dict[str, float]:
    """Median and longest frame of panning and zooming a fitted view, and of panning it at 100 %."""
    from PySide6.QtCore import QPoint

    repaint, fitted = view.viewport().repaint, view.zoom

    def way(i: int) -> int:
        return 1 if i % 40 < 20 else -1

    found = {
        "pan": frames(lambda i: view.pan(QPoint(9 * way(i), 5 * way(i))), repaint),
        "zoom": frames(lambda i: view.zoom_at(1.06 if i % 60 < 30 else 1 / 1.06), repaint),
    }
    view.zoom_at(1.0 / fitted)
    repaint()
    found["near_pan"] = frames(lambda i: view.pan(QPoint(9 * way(i), 5 * way(i))), repaint)
    medians = {f"{name}_ms": statistics.median(times) for name, times in found.items()}
    return medians | {f"{name}_longest_ms": max(times) for name, times in found.items()}


def bench_canvas(echo: Callable[[str], object]) -> dict[str, Any]:
    """Every figure by name; `nodes_200_edges_2000_fps` is the rate at which the slower of panning and zooming can be painted."""
    edges = curves_4096()
    echo(f"{LAYER * LAYER:,} weighted edges  {edges:6.1f} ms a repaint")
    figures = large(large_graph())
    slowest = max(value for name, value in figures.items() if name.endswith(("pan_ms", "zoom_ms")))  # of the medians
    for name in ("build", "train"):
        echo(
            f"{NODES} nodes, {EDGES:,} edges, {name:5}  opens in {figures[f'{name}_open_ms']:6.0f} ms  "
            + "  ".join(f"{k.replace('_', ' ')} {figures[f'{name}_{k}_ms']:5.1f} ms" for k in ("pan", "zoom", "near_pan"))
        )
    return {"edges_4096_ms": round(edges, 2), "nodes_200_edges_2000_fps": round(1000 / slowest, 1), **figures}
