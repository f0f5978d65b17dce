"""Writes lora_figures.json: gradients and weights of adapters as PyTorch computes them, for a suite without PyTorch.

.venv/bin/python tests/oracle/make_lora_figures.py       (needs the extra `oracle`)
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

FIGURES = Path(__file__).with_name("lora_figures.json")
sys.path.insert(0, str(Path(__file__).parents[1] / "support"))


def main() -> None:
    import lora_cases
    import torch
    from torch_network import TorchNetwork

    figures = {}
    for name, graph in lora_cases.compared().items():
        session = lora_cases.compared_session(graph)
        network = TorchNetwork(graph, session.parameters, seed=lora_cases.SEED)
        trained = {f"{node.id}.{parameter.name}" for node in graph for parameter in node.trained}
        _, gradients = network.gradients(*lora_cases.data(seed=100))
        optimizer = torch.optim.Adam([tensor for key, tensor in network.parameters.items() if key in trained], lr=lora_cases.RATE)
        for k in range(lora_cases.STEPS):
            network.step(optimizer, *lora_cases.data(seed=100 + k))
        figures[name] = {
            "gradients": {key: [float(f"{v:.13g}") for v in gradients[key].ravel()] for key in sorted(trained)},
            "weights": {key: [float(f"{v:.13g}") for v in network.parameters[key].detach().numpy().ravel()] for key in sorted(trained)},
        }
    FIGURES.write_text(json.dumps({"torch": torch.__version__, "figures": figures}, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{FIGURES}: {len(figures)} cases, {FIGURES.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
