"""Makes the small models beside this file with the exporters of PyTorch, Keras and skl2onnx, and what onnxruntime says of them.

    python -m venv models && models/bin/pip install torch keras onnx onnxscript skl2onnx onnxruntime scikit-learn
    KERAS_BACKEND=torch models/bin/python make_exported.py

Those checked in are from torch 2.14.1, Keras 3.15.1 (on torch), skl2onnx 1.20.0, scikit-learn 1.9.1, onnx 1.23.2, onnxruntime 1.32.0.
Every model is `NAME.onnx` with `NAME.npz` beside it: x float32 (rows, inputs as one row), y (rows, outputs) by onnxruntime. All weights are
random or fitted on drawn numbers; nothing in them comes from elsewhere.
"""

from __future__ import annotations

import os
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras
import numpy as np
import onnxruntime
import torch
from skl2onnx import to_onnx
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

HERE = Path(__file__).parent
RNG = np.random.default_rng(3)


def keep(name: str, shape: tuple[int, ...]) -> None:
    session = onnxruntime.InferenceSession(HERE / f"{name}.onnx", providers=["CPUExecutionProvider"])
    x = RNG.standard_normal((6, *shape)).astype(np.float32)
    names = [o.name for o in session.get_outputs()]
    outputs = session.run(None, {session.get_inputs()[0].name: x})
    y = outputs[-1] if len(outputs) > 1 else outputs[0]
    if isinstance(y, list):  # a ZipMap
        y = np.array([[row[k] for k in row] for row in y])
    np.savez(HERE / f"{name}.npz", x=x.reshape(6, -1), y=np.asarray(y, dtype=np.float32).reshape(6, -1), outputs=names)


def of_torch() -> None:
    torch.manual_seed(0)
    nn = torch.nn
    mlp = nn.Sequential(
        nn.Linear(4, 8), nn.ReLU(), nn.BatchNorm1d(8), nn.Linear(8, 6), nn.GELU(), nn.LayerNorm(6), nn.Dropout(0.2),
        nn.Linear(6, 3), nn.Softmax(-1),
    )  # fmt: skip
    cnn = nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(4, 4, 3), nn.SiLU(), nn.Flatten(),
        nn.Linear(16, 3),
    )  # fmt: skip
    for name, net, shape in (("torch_mlp", mlp, (4,)), ("torch_cnn", cnn, (1, 8, 8))):
        net.eval()
        for dynamo in (False, True):
            file = f"{name}_{'dynamo' if dynamo else 'script'}"
            kind = {"dynamic_shapes": ({0: torch.export.Dim("batch")},)} if dynamo else {"dynamic_axes": {"x": {0: "batch"}}}
            given, path = (torch.randn(2, *shape),), HERE / f"{file}.onnx"
            torch.onnx.export(net, given, path, input_names=["x"], dynamo=dynamo, external_data=False, **kind)
            keep(file, shape)


def of_keras() -> None:
    keras.utils.set_random_seed(0)
    layers = keras.layers
    mlp = keras.Sequential(
        [
            keras.Input((4,)), layers.Dense(8, "relu"), layers.BatchNormalization(), layers.Dense(6, "tanh"), layers.Dropout(0.2),
            layers.Dense(3, "softmax"),
        ]
    )  # fmt: skip
    convolution = layers.Conv2D(4, 3, padding="same", activation="relu")
    cnn = keras.Sequential([keras.Input((8, 8, 1)), convolution, layers.MaxPooling2D(), layers.Flatten(), layers.Dense(3)])
    for name, net, shape in (("keras_mlp", mlp, (4,)), ("keras_cnn", cnn, (8, 8, 1))):
        net(np.zeros((1, *shape), np.float32))
        net.export(str(HERE / f"{name}.onnx"), format="onnx", verbose=False)
        keep(name, shape)


def of_scikit_learn() -> None:
    x = RNG.standard_normal((60, 4)).astype(np.float32)
    y = (x[:, 0] + x[:, 1] > 0).astype(int) + (x[:, 2] > 1)
    regressor = MLPRegressor(hidden_layer_sizes=(8,), activation="tanh", max_iter=50, random_state=0)
    classifier = MLPClassifier(hidden_layer_sizes=(8, 6), max_iter=50, random_state=0)
    fitted = {
        "sklearn_mlp_classifier": make_pipeline(StandardScaler(), classifier).fit(x, y),
        "sklearn_mlp_regressor": make_pipeline(StandardScaler(), regressor).fit(x, x[:, 0]),
        "sklearn_mlp_binary": MLPClassifier(hidden_layer_sizes=(5,), activation="logistic", max_iter=50, random_state=0).fit(x, y > 0),
        "sklearn_logistic": LogisticRegression().fit(x, y),
    }
    for name, model in fitted.items():
        options = {"zipmap": False} if hasattr(model, "predict_proba") else None
        written = to_onnx(model, x[:1], options=None if options is None else {id(model): options})
        (HERE / f"{name}.onnx").write_bytes(written.SerializeToString())
        keep(name, (4,))


if __name__ == "__main__":
    of_torch()
    of_keras()
    of_scikit_learn()
