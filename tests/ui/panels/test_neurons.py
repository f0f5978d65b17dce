from __future__ import annotations

from collections.abc import Callable

import numpy as np

from nnlab.core.preparation import DataSettings


def test_neurons_of_a_layer_stand_with_their_images(studio: Callable) -> None:
    s = studio(DataSettings("digits"))
    panel = s.panel("neurons", 520, 260)
    s.train(5)
    view = s.view("exciting_inputs")
    best = view.probes["exciting_inputs"].by_node["dense_1"]
    assert panel.layer.currentText() == "dense_1"
    np.testing.assert_array_equal(panel.rows.shown.samples, best.samples)
    assert len(panel.rows._weights) == 4 and not panel.rows.grab().isNull()
    panel.layer.setCurrentIndex(2)
    panel.layer.activated.emit(2)
    assert len(panel.rows.shown.samples) == 10 and not panel.rows._weights
    assert panel.table().names[0] == "neuron"
