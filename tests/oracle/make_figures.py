"""Writes figures.json: losses, first gradients and final weights as PyTorch computes them, for a suite without PyTorch.

.venv/bin/python tests/oracle/make_figures.py       (needs the extra `oracle`)
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

FIGURES = Path(__file__).with_name("figures.json")
sys.path.insert(0, str(Path(__file__).parents[1] / "support"))


def main() -> None:
    import torch
    from networks import single_operator_graph
    from oracle_cases import RATE, SEED, batches, figure_cases, session_for
    from torch_network import TorchNetwork

    def written(values: Any) -> Any:
        """With as many digits as the comparison needs."""
        return [float(f"{value:.12g}") for value in values]

    figures: dict[str, dict] = {}
    for key, kind, settings, (optimizer, options) in figure_cases():
        graph = single_operator_graph(kind, settings)
        session = session_for(graph, optimizer, options)
        network = TorchNetwork(graph, session.parameters, buffers=session.buffers, seed=SEED)
        steps = batches(graph)
        _, gradients = network.gradients(*steps[0])
        torch_optimizer = network.optimizer(optimizer, RATE, options)
        losses = [network.step(torch_optimizer, x, y) for x, y in steps]
        figures[key] = {
            "losses": written(losses),
            "gradients": {name: written(value.ravel()) for name, value in gradients.items()},
            "weights": {name: written(p.detach().numpy().ravel()) for name, p in network.parameters.items()},
        }
    FIGURES.write_text(json.dumps({"torch": torch.__version__, "figures": figures}, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{FIGURES}: {len(figures)} cases, {FIGURES.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
