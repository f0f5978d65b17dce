"""How much a probe looks at: so many samples of each part, layers of so many units, so many points."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from nnlab.core.preparation import Data, DataSettings, prepare
from nnlab.engine.evaluator import Evaluator
from nnlab.graph.builder import GraphBuilder
from nnlab.training.probes.curve import curve
from nnlab.training.probes.decision import decision
from nnlab.training.probes.exciting_inputs import exciting_inputs
from nnlab.training.probes.hidden_space import hidden_space
from nnlab.training.probes.pictures import pictures
from nnlab.training.probes.predictions import predictions
from nnlab.training.probes.sample_losses import sample_losses
from nnlab.training.probes.scores import part_scores
from nnlab.training.probes.simplex import simplex


def repeated(name: str, count: int) -> Data:
    """So many samples in each part."""
    data = prepare(DataSettings(name))
    rows = np.arange(count) % len(data.x)
    return replace(
        data, x=data.x[rows], y=data.y[rows], raw_x=data.raw_x[rows], validation_x=data.x[rows], validation_y=data.y[rows],
        raw_validation_x=data.raw_x[rows],
    )  # fmt: skip


def network(features: int, units: tuple[int, ...] = (), outputs: int = 3) -> Evaluator:
    b = GraphBuilder()
    layer = b.input(features=features)
    for width in units:
        layer = b.dense(layer, units=width)
    b.node("cross_entropy" if outputs > 1 else "mse", b.dense(layer, units=outputs))
    return Evaluator(b.build())


@pytest.mark.parametrize(
    ("probe", "most", "counted"),
    [
        (predictions, 4000, lambda found: (len(found.outputs), len(found.validation_outputs), int(found.confusion.sum()))),
        (sample_losses, 4000, lambda found: (len(found.training), len(found.validation))),
        (part_scores, 4000, lambda found: (found.training.samples, found.validation.samples)),
        (simplex, 2000, lambda found: (len(found.shares), len(found.true))),
        (hidden_space, 300, lambda found: (len(found.sample_index), len(found.layers["dense_1"].samples))),
    ],
)
def test_so_many_samples_and_no_more(probe: Any, most: int, counted: Any) -> None:
    for count in (most, most + 1):
        assert set(counted(probe(network(4), repeated("iris", count)))) == {most}


def test_an_image_beyond_the_first_two_thousand_excites_nobody() -> None:
    data = repeated("digits", 2001)
    bright = data.x.copy()
    bright[1999:] = [[9.0] * 64, [10.0] * 64]
    evaluator = network(64, (512, 513), 10)
    evaluator.state.set_parameters({"dense_1.weight": np.ones((512, 64), np.float32)})
    found = exciting_inputs(evaluator, replace(data, x=bright))
    assert set(found.by_node) == {"dense_1", "dense_3"}, "a layer of more than 512 units is left out"
    assert found.by_node["dense_1"].samples.shape == (512, 6)
    assert set(found.by_node["dense_1"].samples[:, 0].tolist()) == {1999}


def test_pictures_are_of_layers_up_to_4096_units_in_24_cells_a_side() -> None:
    spiral, sine = prepare(DataSettings("spiral")), prepare(DataSettings("function"))
    found = pictures(network(2, (4096, 4097), 1), spiral)
    assert {node: images.shape for node, images in found.by_node.items()} == {
        "input_1": (2, 24, 24), "dense_1": (4096, 24, 24), "dense_3": (1, 24, 24),
    }  # fmt: skip
    line = pictures(network(1, (3,), 1), sine)
    assert line.by_node["dense_1"].shape == (3, 1, 48)


def test_a_curve_has_four_hundred_points_and_a_plane_a_hundred_cells_a_side() -> None:
    spiral, sine = prepare(DataSettings("spiral")), prepare(DataSettings("function"))
    found = curve(network(1, (), 1), sine)
    assert found.truth is not None and found.x.shape == found.y.shape == found.truth.shape == (400,)
    plane = decision(network(2, (), 1), spiral)
    assert plane.outputs.shape == (100, 100, 1)


def test_hidden_space_has_thirteen_lines_each_way_of_thirty_three_points() -> None:
    plane = hidden_space(network(2, (3,), 1), prepare(DataSettings("spiral")))
    assert plane.lines == 26 and plane.raw_grid.shape == (2 * 13 * 33, 2)
    line = hidden_space(network(1, (3,), 1), prepare(DataSettings("function")))
    assert line.lines == 1 and line.raw_grid.shape == (33, 1)
