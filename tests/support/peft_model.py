"""The networks of `lora_cases` as PyTorch modules with the real Hugging Face PEFT on them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import lora_cases
import numpy as np
import peft
import torch


class Base(torch.nn.Module):
    """The base of `lora_cases`: two hidden layers with tanh, an output layer without bias."""

    def __init__(self, weights: dict[str, np.ndarray]) -> None:
        super().__init__()
        sizes = lora_cases.SIZES
        self.hidden_1 = torch.nn.Linear(sizes[0], sizes[1])
        self.hidden_2 = torch.nn.Linear(sizes[1], sizes[2])
        self.out = torch.nn.Linear(sizes[2], sizes[3], bias=False)
        own = {name: torch.tensor(values) for name, values in weights.items() if ".lora_" not in name}
        self.load_state_dict(own)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.out(torch.tanh(self.hidden_2(torch.tanh(self.hidden_1(x)))))


def config_of(case: dict[str, Any]) -> peft.LoraConfig:
    """What `lora_cases.adapted` attaches, in PEFT's words."""
    layers = case.get("nodes", ["hidden_1", "hidden_2", "out"])
    init: Any = {"kaiming": True, "gaussian": "gaussian", "orthogonal": True, "pissa": "pissa"}[case.get("init", "kaiming")]
    return peft.LoraConfig(
        r=2, lora_alpha=5, target_modules=list(layers), lora_dropout=case.get("dropout", 0.0), use_rslora=case.get("rslora", False),
        use_dora=case.get("dora", False), init_lora_weights=init, rank_pattern=case.get("ranks", {}), alpha_pattern=case.get("alphas", {}),
    )  # fmt: skip


def trained(weights: dict[str, np.ndarray], case: dict[str, Any], folder: Path, steps: int = 10) -> np.ndarray:
    """Trains with PEFT, saves the adapter into `folder`, returns the outputs for `lora_cases.data()`."""
    torch.manual_seed(3)
    model = peft.get_peft_model(Base(weights), config_of(case))
    extra: dict[str, Any] = {}
    if case.get("init") == "pissa":
        start = folder.with_name(f"{folder.name}-start")
        model.peft_config["default"].init_lora_weights = True
        model.save_pretrained(str(start))
        model.peft_config["default"].init_lora_weights = "pissa"
        extra["path_initial_model_for_weight_conversion"] = str(start)
    x, y = (torch.tensor(values) for values in lora_cases.data())
    optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=0.05)
    for _ in range(steps):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(x.float()), y).backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        outputs = model(x.float()).numpy()
    model.save_pretrained(str(folder), **extra)
    return outputs


def outputs_of(weights: dict[str, np.ndarray], folder: Path) -> np.ndarray:
    """What PEFT computes with the adapter in `folder` on the base; fails where PEFT warns of missing keys."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = peft.PeftModel.from_pretrained(Base(weights), str(folder))
    model.eval()
    with torch.no_grad():
        return model(torch.tensor(lora_cases.data()[0]).float()).numpy()


def clean(folder: Path) -> None:
    """Leaves the two files that are read; README.md is PEFT's template of a model card."""
    for file in folder.iterdir():
        if file.name not in ("adapter_config.json", "adapter_model.safetensors"):
            file.unlink()
    config = json.loads((folder / "adapter_config.json").read_text())
    (folder / "adapter_config.json").write_text(json.dumps(config, indent=1, sort_keys=True) + "\n")
