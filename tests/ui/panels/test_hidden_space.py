from __future__ import annotations

from collections.abc import Callable

import numpy as np

from nnlab.core.preparation import DataSettings
from nnlab.files.project import Project
from nnlab.graph.builder import GraphBuilder
from nnlab.training.probes.hidden_space import Affine
from nnlab.ui.panels.hidden_space import affine_words


def test_the_layer_chosen_bends_the_plane_and_one_matrix_is_written_out(studio: Callable) -> None:
    b = GraphBuilder()
    b.binary_cross_entropy(b.dense(b.dense(b.input(features=2), units=3), units=1))
    s = studio(Project(b.build(), DataSettings("spiral")))
    panel = s.panel("hidden_space", 520, 260)
    s.train(5)
    view = s.view("hidden_space")
    layer = view.probes["hidden_space"].layers["dense_1"]
    assert panel.layer.currentText() == "dense_1", "the layer before the output, until one is chosen"
    np.testing.assert_allclose(panel.plot.shown.samples, layer.placed(layer.samples), rtol=1e-6)
    panel.across.setCurrentIndex(3)
    panel.across.activated.emit(3)
    np.testing.assert_array_equal(panel.plot.shown.samples[:, 0], layer.samples[:, 2])
    assert "across unit 3, up " in panel.plot.accessibleDescription()
    weight, bias = view.tensor("dense_1.weight"), view.tensor("dense_1.bias")
    product = view.tensor("dense_2.weight").astype(float) @ weight
    panel.layer.setCurrentIndex(2)
    panel.layer.activated.emit(2)
    expected = affine_words("dense_2", Affine(product, view.tensor("dense_2.weight") @ bias + view.tensor("dense_2.bias")))
    assert panel.affine.text() == expected and "1 × 2: y = A x + c" in expected
    assert panel.table().names[0] == "sample"


def test_a_matrix_too_large_to_write_has_a_shape_and_a_rank() -> None:
    matrix = np.outer(np.arange(1.0, 7.0), np.ones(8))
    assert affine_words("dense_4", Affine(matrix, np.zeros(6))).endswith("6 × 8: y = A x + c, of rank 1.")
    assert affine_words("tanh_1", None) == ""
