"""Writes figures.json: losses, first gradients and final weights as PyTorch computes them, for a suite without PyTorch.

.venv/bin/python tests/oracle/make_figures.py       (needs the extra `oracle`)
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

FIGURES = Path(__file__).with_name("figures.json")
sys.path.insert(0, str(Path(__file__).parents[1] / "support"))


def main() -> None:
    import torch
    from networks import operator_cases, single_operator_graph
    from oracle_cases import OPTIMIZERS, RATE, SEED, batches, name_of, session_for
    from torch_network import TorchNetwork

    figures: dict[str, dict] = {}
    for case in operator_cases():
        graph = single_operator_graph(*case.values[0])
        for optimizer, options in OPTIMIZERS:
            session = session_for(graph, optimizer, options)
            network = TorchNetwork(graph, session.parameters, buffers=session.buffers, seed=SEED)
            steps = batches(graph)
            _, gradients = network.gradients(*steps[0])
            torch_optimizer = network.optimizer(optimizer, RATE, options)
            losses = [network.step(torch_optimizer, x, y) for x, y in steps]
            figures[f"{case.id}/{name_of(optimizer, options)}"] = {
                "losses": losses,
                "gradients": {name: value.ravel().tolist() for name, value in gradients.items()},
                "weights": {name: p.detach().numpy().ravel().tolist() for name, p in network.parameters.items()},
            }
    FIGURES.write_text(json.dumps({"torch": torch.__version__, "figures": figures}, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{FIGURES}: {len(figures)} cases, {FIGURES.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
