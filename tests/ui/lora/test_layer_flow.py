"""What goes through a layer, by the numbers of a session: gradients by their names, activations as the formula has them."""

from __future__ import annotations

import lora_cases
import numpy as np

import nnlab
from nnlab.ui.lora.layer_flow import gradient_tensors, layer_activations, layer_gradients, source_tensor

GRAPH = lora_cases.adapted({})
ADAPTER = GRAPH["hidden_2"].adapters[0]


def test_tensors_are_named_as_frames_have_them() -> None:
    assert source_tensor(GRAPH, "hidden_2") == "act_1.y" and source_tensor(GRAPH, "nothing") == ""
    assert gradient_tensors(GRAPH, "hidden_2", ADAPTER) == ("hidden_2.d_lora_A.task_b", "hidden_2.d_lora_B.task_b", "act_1.d_y")


def test_gradients_that_are_not_computed_are_none() -> None:
    known = {"hidden_2.d_lora_A.task_b": np.ones((2, 5)), "act_1.d_y": np.array([[3.0, 0.0], [0.0, 4.0]])}
    found = layer_gradients(GRAPH, "hidden_2", ADAPTER, known.get)
    assert found.a is known["hidden_2.d_lora_A.task_b"] and found.b is None and found.x == 5.0
    assert layer_gradients(GRAPH, "hidden_2", ADAPTER, {}.get).x is None


def test_activations_are_those_of_both_paths() -> None:
    values = nnlab.Session(GRAPH, seed=1, dtype="float64").parameters
    x = np.array([0.5, -1.0, 0.25, 2.0, 1.0])
    h = values["hidden_2.lora_A.task_b"] @ x
    base = values["hidden_2.weight"] @ x + values["hidden_2.bias"]
    z = base + 2.5 * values["hidden_2.lora_B.task_b"] @ h
    rows = {"act_1.y": x, "hidden_2.lora_h.task_b": h, "hidden_2.base_y": base, "hidden_2.y": z}
    found = layer_activations(GRAPH, "hidden_2", ADAPTER, rows.get, 7)
    assert found is not None and (found.sample, found.x is x, found.h is h, found.base is base) == (7, True, True, True)
    assert layer_activations(GRAPH, "hidden_2", ADAPTER, {**rows, "act_1.y": np.ones((3, 5))}.get, 7) is None, "a sequence"
    assert layer_activations(GRAPH, "hidden_2", ADAPTER, {}.get, 7) is None
    merged = layer_activations(GRAPH, "hidden_2", ADAPTER, {k: rows[k] for k in ("act_1.y", "hidden_2.y")}.get, 7)
    assert merged is not None and merged.h is None and merged.base is None
