"""Exploding gradients: on the way back the gradient grows from layer to layer, so that one step throws the first layers far away.

That happens where weights are so large that every layer multiplies by more than 1 (Pascanu et al., On the difficulty of training
recurrent neural networks, 2013, who also propose clipping).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from nnlab.core.optimizer import optimizers
from nnlab.core.written import rounded
from nnlab.training.diagnoses._gradient_flow import drawn_anew, gradient_norms, norms_chart
from nnlab.training.diagnosis import Diagnosis, DiagnosisKind, Remedy, edit_training, possible, register
from nnlab.training.observation import Observation

MOST = 100.0  # times the last layer's gradient


def find(seen: Observation) -> Iterator[Diagnosis]:
    norms = gradient_norms(seen)
    if len(norms) < 3:
        return
    names = list(norms)
    last = names[-1]
    first = max(names[:-1], key=lambda name: norms[name] if np.isfinite(norms[name]) else np.inf)
    if norms[last] == 0.0 or norms[first] <= MOST * norms[last]:
        return
    ratio = norms[first] / norms[last]
    between = names.index(last) - names.index(first)
    factor = ratio ** (1 / between)
    yield Diagnosis(
        "exploding_gradients",
        first,
        f"The gradient at {first} is {rounded(ratio, 3)} times that at {last}: "
        f"every layer on the way back multiplies it by {rounded(factor, 2)}.",
        figure=f"{ratio:,.0f} ×" if ratio < 1e6 else f"{ratio:.0e} ×",
        remedies=possible(seen.graph, _remedies(seen)),
        figures={"ratio": ratio, "factor_per_layer": factor, **{f"norm_{name}": norm for name, norm in norms.items()}},
        mark=f"gradient {ratio:,.0f} times that at {last}" if ratio < 1e6 else f"gradient {ratio:.0e} times that at {last}",
        chart=norms_chart(norms, first),
        harm=0.95,
    )


def _remedies(seen: Observation) -> Iterator[Remedy]:
    yield from drawn_anew(seen)
    given = seen.training.optimizer_settings
    knows = any(setting.name == "clip_norm" for setting in optimizers[seen.training.optimizer].all_settings)
    if knows and not given.get("clip_norm"):
        outlook = "A gradient longer than 1 is shortened to 1 and keeps its direction."
        yield edit_training("Clip gradients to a norm of 1", outlook, optimizer_settings={**given, "clip_norm": 1.0})


register(
    DiagnosisKind(
        "exploding_gradients", "Exploding gradients",
        f"The gradient for some layer's output is more than {MOST:g} times that for the last layer's (norms over up to 512 samples).", find,
    )
)  # fmt: skip
