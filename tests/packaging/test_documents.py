"""What the documents promise is run: the operator of CONTRIBUTING.md, the commands of README.md."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path, PurePosixPath

import numpy as np
import pytest

from nnlab.core.operator import operators
from nnlab.core.plugins import load_plugin
from nnlab.graph.builder import GraphBuilder
from nnlab.training.session import Session

CHECKOUT = Path(__file__).resolve().parents[2]


def python_blocks(document: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", (CHECKOUT / document).read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture
def softsign(tmp_path):
    """The operator of CONTRIBUTING.md, registered from a file of its own for one test."""
    file = tmp_path / "softsign.py"
    file.write_text(python_blocks("CONTRIBUTING.md")[0], encoding="utf-8")
    load_plugin(file)
    yield operators["softsign"]
    operators.remove("softsign")


def test_the_operator_of_the_guide_computes_what_it_says(softsign):
    builder = GraphBuilder()
    builder.mse(builder.node("softsign", builder.input(features=3)))
    session = Session(builder.build(), dtype="float64")
    x = np.array([[-3.0, 0.0, 0.5]])
    assert session.predict(x) == pytest.approx(x / (1 + np.abs(x)), rel=1e-12)


def test_its_gradient_agrees_with_finite_differences(softsign):
    builder = GraphBuilder()
    builder.mse(builder.dense(builder.node("softsign", builder.dense(builder.input(features=2), units=3, id="hidden")), units=1))
    session = Session(builder.build(), dtype="float64", seed=1)
    generator = np.random.default_rng(0)
    x, y = generator.normal(size=(5, 2)), generator.normal(size=(5, 1))
    _, gradients = session.gradients(x, y)
    weight = session.parameters["hidden.weight"]
    for index in np.ndindex(weight.shape):
        losses = []
        for change in (1e-6, -1e-6):
            changed = weight.copy()
            changed[index] += change
            session.set_parameters({"hidden.weight": changed})
            losses.append(session.loss(x, y))
        assert gradients["hidden.weight"][index] == pytest.approx((losses[0] - losses[1]) / 2e-6, rel=1e-6, abs=1e-9)


def test_the_python_of_the_readme_runs(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {"inputs": np.random.default_rng(0).normal(size=(40, 2)), "targets": np.ones((40, 1))}
    widths = [0.2 + 0.01 * k if k % 2 else 1.8 + 0.01 * k for k in range(60)]
    names["frame"] = {"petal width": widths, "species": ["setosa" if width < 1.0 else "virginica" for width in widths]}
    (code,) = python_blocks("README.md")
    exec(code, names)
    assert names["history"] is not None
    assert list(names["flowers"].predict_raw(names["frame"]).class_names) == names["frame"]["species"]
    assert names["s"].iteration == 2 * 10 * 2  # 10 epochs of 40 samples in batches of 32, then as many with the adapter
    assert {file.name for file in (tmp_path / "my-adapter").iterdir()} == {"adapter_config.json", "adapter_model.safetensors"}


def test_the_readmes_first_screen_has_both_commands():
    first_screen = (CHECKOUT / "README.md").read_text(encoding="utf-8").splitlines()[:12]
    assert any(line.startswith("python3 packaging/dev.py run ") for line in first_screen)
    assert any(line.startswith("python3 packaging/dev.py test ") for line in first_screen)
    assert first_screen[0].startswith("![NN Lab](docs/")


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_links_between_documents_lead_somewhere(document):
    text = (CHECKOUT / document).read_text(encoding="utf-8")
    targets = [t for t in re.findall(r"\]\(([^)#]+)\)", text) if not t.startswith("http")]
    assert [t for t in targets if not (CHECKOUT / t).exists()] == []


DOCUMENTS = ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "docs/parts.md", "packaging/README.md", "tests/benchmarks/README.md"]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_sdist_holds_what_a_document_shows(document):
    settings = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
    held = settings["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    text, folder = (CHECKOUT / document).read_text(encoding="utf-8"), (CHECKOUT / document).parent
    shown = [t for t in re.findall(r"\]\(([^)#]+)\)", text) if not t.startswith("http")]
    places = [f"/{(folder / target).resolve().relative_to(CHECKOUT)}" for target in shown]

    def is_held(place):
        return any(PurePosixPath(place).match(pattern) or place.startswith(f"{pattern}/") for pattern in held)

    assert [place for place in places if not is_held(place)] == []
