"""The workloads: sizes and products by arithmetic, and every system trains the same network."""

from __future__ import annotations

import numpy as np
import pytest

from nnlab.bench.systems import nnlab_system, sklearn_system
from nnlab.bench.systems.workloads import WORKLOADS
from nnlab.engine.compile import Update, compile

# Parameters by hand, layer by layer.
PARAMETERS = {
    "W1": 2 * 8 + 8 + 8 * 8 + 8 + 8 + 1,
    "W3": 64 * 128 + 128 + 128 * 64 + 64 + 64 * 10 + 10,
    "W6": 9 * 8 + 8 + 9 * 8 * 16 + 16 + 16 * 2 * 2 * 10 + 10,
    "W7": 9 * 8 + 8 + 9 * 8 * 16 + 16 + 16 * 7 * 7 * 10 + 10,
    "W9": 2 * 32 + 4 * (32 * 32 + 32) + 2 * 32 + 32 * 64 + 64 + 64 * 32 + 32 + 16 * 32 * 10 + 10,
}


@pytest.mark.parametrize("name", PARAMETERS)
def test_parameters_are_those_of_the_layers_and_of_the_network_that_is_trained(name: str) -> None:
    workload = WORKLOADS[name]
    program = compile(nnlab_system.graph_of(workload), workload.batch, update=Update(workload.optimizer, 0.1))
    learned = sum(info.place.row for info in program.parameters)
    assert workload.parameters == learned == PARAMETERS[name]


def test_products_of_a_convolution_are_those_of_unfolded_images() -> None:
    assert list(WORKLOADS["W6"].products()) == [
        (32 * 64, 9, 8), (8, 32 * 64, 9),  # the first one's input learns nothing
        (32 * 16, 72, 16), (16, 32 * 16, 72), (32 * 16, 16, 72),
        (32, 64, 10), (10, 32, 64), (32, 10, 64),
    ]  # fmt: skip


def test_a_head_of_attention_multiplies_its_tokens_one_sample_at_a_time() -> None:
    products = list(WORKLOADS["W9"].products())
    assert products.count((16, 32, 16)) == 64 * (1 + 1)  # scores, and the gradient of the weights: 16 tokens, 32 numbers, 16 tokens
    assert products.count((64 * 16, 32, 32)) == 4 + 4  # the norm before it learns: its input's gradient is wanted


@pytest.mark.parametrize("name", WORKLOADS)
def test_data_fit_the_network(name: str) -> None:
    workload = WORKLOADS[name]
    x, y = workload.data()
    assert x.shape == (workload.samples, workload.features) and x.dtype == np.float32
    assert workload.samples % workload.batch == 0
    assert y.max() == workload.outputs - 1 if workload.loss == "cross_entropy" else y.shape == (workload.samples, workload.outputs)


def test_only_plain_networks_go_to_those_who_know_no_others() -> None:
    assert [name for name, workload in WORKLOADS.items() if sklearn_system.supports(workload)] == ["W1", "W2", "W3", "W4", "W5"]
