"""Makes the ONNX files that PyTorch's exporter wrote, with what PyTorch computes for a batch, for `tests/exchange/importers/test_onnx.py`.

    python tests/oracle/make_onnx_fixtures.py      # needs torch

`torch_pieces` has opset 11, in which GELU and layer norm are spelt out.
"""

import json
import warnings
from pathlib import Path

import torch
from torch import nn

FOLDER = Path(__file__).parents[1] / "exchange" / "importers" / "fixtures"


class Views(nn.Module):
    """Shapes computed from shapes, two values joined, slices, and a skip connection."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second, self.last = nn.Linear(6, 8), nn.Linear(8, 8), nn.Linear(12, 2)

    def forward(self, x):
        h = torch.tanh(self.first(x))
        h = h + torch.nn.functional.silu(self.second(h))
        h = h.view(h.size(0), 2, -1)
        h = (h @ h.transpose(1, 2)).reshape(x.shape[0], -1)
        return self.last(torch.cat([h, x[:, 1:5], 0.5 * x[:, :4]], dim=1))


MODELS = {
    "torch_conv": (
        nn.Sequential(
            nn.Conv2d(2, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(4, 3, 3, stride=2, padding=1, bias=False), nn.ELU(0.7),
            nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 4), nn.LogSoftmax(-1),
        ), (2, 8, 8), 17, True,
    ),
    "torch_pieces": (
        nn.Sequential(nn.Linear(5, 8), nn.GELU(), nn.LayerNorm(8), nn.Hardtanh(-0.5, 0.75), nn.Linear(8, 3), nn.Softmax(-1)),
        (5,), 11, True,
    ),
    "torch_views": (Views(), (6,), 17, True),
    "torch_norms": (
        nn.Sequential(
            nn.Linear(4, 6), nn.BatchNorm1d(6), nn.PReLU(), nn.Dropout(0.3), nn.LayerNorm(6), nn.Softplus(), nn.Linear(6, 1), nn.Sigmoid()
        ), (4,), 18, False,
    ),
}  # fmt: skip


def main() -> None:
    warnings.filterwarnings("ignore")
    torch.manual_seed(0)
    expected = {}
    for name, (model, shape, opset, has_free_batch) in MODELS.items():
        model.train()
        for _ in range(3):
            model(torch.randn(16, *shape))  # running statistics of their own
        model.eval()
        x = torch.randn(3, *shape)
        axes = {"x": {0: "rows"}, "y": {0: "rows"}} if has_free_batch else {}
        torch.onnx.export(
            model, (x,), FOLDER / f"{name}.onnx", dynamo=False, opset_version=opset, input_names=["x"], output_names=["y"],
            dynamic_axes=axes, do_constant_folding=has_free_batch,
            training=torch.onnx.TrainingMode.EVAL if has_free_batch else torch.onnx.TrainingMode.PRESERVE,
        )  # fmt: skip
        with torch.no_grad():
            expected[name] = {"x": x.flatten(1).tolist(), "y": model(x).tolist()}
    (FOLDER / "torch_outputs.json").write_text(json.dumps(expected), encoding="utf-8")


if __name__ == "__main__":
    main()
