"""The loss of single samples as a function of the last layer's output, and its gradient there, by the network's own kernels.

What stands between the last layer with weights and the loss (a softmax, a scale, the loss with its settings) is put behind a layer that
passes on what it is given, and run as it is: forward, loss, backward. So the curves show what training computes, whatever the loss.
"""

from __future__ import annotations

import numpy as np

from nnlab.core.courtesy import give_way
from nnlab.core.errors import GraphError
from nnlab.core.kernel import look_with
from nnlab.core.kernel.context import BATCH_SIZE, ROWS, SAMPLES
from nnlab.engine import machine
from nnlab.engine.compile import Update, compile
from nnlab.engine.evaluator import as_targets
from nnlab.engine.layout import layout_of
from nnlab.engine.parameter_update import ParameterUpdate
from nnlab.engine.state import initial
from nnlab.graph import edits
from nnlab.graph.graph import Graph, Node
from nnlab.graph.layers import output_layer


def behind_output_layer(graph: Graph) -> tuple[Node, ...]:
    """Nodes from behind the layer that makes the output up to the loss, in their order; GraphError where they are no chain."""
    layer, chain = output_layer(graph), list(graph.losses[:1])
    if layer is None or not chain:
        raise GraphError("There is no layer with weights right before a loss.")
    while (edge := graph.incoming(chain[0].id)[0]).source != layer.id:
        chain.insert(0, graph[edge.source])
    return tuple(chain)


class LossAtOutput:
    """`outputs`: how many numbers the last layer gives; `largest`: how many samples can be asked about at once."""

    def __init__(self, graph: Graph, outputs: int, largest: int, real: str = "float64") -> None:
        tail = edits.add_node(Graph(), "input", {"features": outputs})
        tail = edits.add_node(tail, "dense", {"units": outputs, "init": "identity", "bias": False})
        tail = edits.connect(tail, tail.nodes[0].id, tail.nodes[1].id)
        self._layer = before = tail.nodes[1].id
        for node in behind_output_layer(graph):
            tail = edits.add_node(tail, node.operator, node.settings)
            tail = edits.connect(tail, before, tail.nodes[-1].id)
            before = tail.nodes[-1].id
        self._loss = before
        program = compile(tail, largest, real, Update("sgd", 0.0))
        self._state = initial(program, largest, 0)
        self._update = ParameterUpdate(self._state, layout_of(program))

    def at(self, z: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(losses (samples,), gradients (samples, outputs)) of every sample's own loss; z is (samples, outputs), targets as the loss's."""
        state, n = self._state, len(z)
        program = state.program
        assert program.target_name is not None and n <= program.capacity
        state.context[ROWS] = state.context[BATCH_SIZE] = state.context[SAMPLES] = n
        state[program.input_name][...] = z
        state[program.target_name].reshape(n, -1)[...] = as_targets(program, targets, n)
        machine.zero_gradients(self._update.network)
        give_way()
        with look_with(program.operations):
            self._update.execute(0, program.update_start)
        # In a batch every sample counts one n-th: n times its share is the gradient of its own loss.
        return state[f"{self._loss}.sample_loss"].copy(), n * state[f"{self._layer}.d_y"].reshape(n, -1)
