"""Output losses: for every sample its loss and the gradient at the last layer's output, and both as curves: why a loss pulls as it does.

For classes they are functions of the probability p that the network gives to the true class, so that all classes share one curve: with one
output z = log(p / (1 - p)), with more the others share what is left evenly. For numbers they are functions of the error.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnlab.core.errors import GraphError
from nnlab.core.preparation import Data
from nnlab.engine.evaluator import Evaluator
from nnlab.engine.loss_at_output import LossAtOutput
from nnlab.graph.layers import output_layer
from nnlab.graph.targets import encoded
from nnlab.training.metrics import predicted_numbers, probabilities
from nnlab.training.probe import Probe, register

SAMPLES = 2000  # of the training part
POINTS = 200  # even, so that no error is exactly 0, where |e| has no slope
NEAREST = 5e-4  # how near to 0 and 1 the curves go


@dataclass(frozen=True, eq=False)
class OutputLosses:
    """`x` is p of the true class, or the error; losses and gradient norms belong to it. All float64, as the engine gave them."""

    of_probability: bool
    x: np.ndarray  # (samples,)
    losses: np.ndarray
    gradients: np.ndarray  # |dL/dz| at the true class's output, of each sample's own loss
    curve_x: np.ndarray  # (POINTS,)
    curve_losses: np.ndarray
    curve_gradients: np.ndarray


def output_losses(evaluator: Evaluator, data: Data) -> OutputLosses | None:
    graph = evaluator.program.graph
    layer = output_layer(graph)
    if layer is None:
        return None
    z = evaluator.activations(data.x[:SAMPLES], [f"{layer.id}.y"])[f"{layer.id}.y"]
    outputs = evaluator.predict(data.x[:SAMPLES])
    y = data.y[:SAMPLES]
    if z.ndim != 2 or outputs.shape != z.shape or not (data.target.classes or z.shape[1] == 1):
        return None  # what the loss of several numbers, or of an image, is a function of has no axis
    try:
        at_output = LossAtOutput(graph, z.shape[1], max(SAMPLES, POINTS), evaluator.program.real)
    except GraphError:
        return None
    losses, gradients = at_output.at(z, encoded(graph, data.target, y))
    link = graph.losses[0].kind.link
    if data.target.classes:
        true = y if z.shape[1] > 1 else np.zeros(len(y), dtype=np.int64)
        x = np.take_along_axis(probabilities(outputs, link), y[:, None], axis=1)[:, 0]
        own = np.take_along_axis(gradients, true[:, None], axis=1)[:, 0]
        p = np.linspace(NEAREST, 1 - NEAREST, POINTS)
        curve_z, curve_y, curve_x = _logits(p, z.shape[1]), np.full(POINTS, 1 if z.shape[1] == 1 else 0), p
    else:
        x = (predicted_numbers(outputs, data.target, link).astype(np.float64) - y.reshape(outputs.shape))[:, 0]
        own, reach = gradients[:, 0], float(np.abs(x).max(initial=1e-3))
        curve_x = np.linspace(-reach, reach, POINTS)
        curve_z, curve_y = curve_x[:, None], np.zeros(POINTS)
    curve_losses, curve_gradients = at_output.at(curve_z, encoded(graph, data.target, curve_y))
    return OutputLosses(
        of_probability=bool(data.target.classes), x=x.astype(np.float64), losses=losses.astype(np.float64),
        gradients=np.abs(own.astype(np.float64)), curve_x=curve_x, curve_losses=curve_losses.astype(np.float64),
        curve_gradients=np.abs(curve_gradients[:, 0].astype(np.float64)),
    )  # fmt: skip


def _logits(p: np.ndarray, outputs: int) -> np.ndarray:
    """(points, outputs) that give the first class, or the only output's 1, the probability p."""
    z = np.zeros((len(p), outputs))
    z[:, 0] = np.log(p / (1 - p)) + (np.log(outputs - 1) if outputs > 1 else 0.0)
    return z


register(Probe("output_losses", output_losses, applies=lambda data: bool(data.target.classes) or data.target.outputs == 1))
