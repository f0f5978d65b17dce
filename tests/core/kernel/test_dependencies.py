"""A hash of what compiled code depends on: the same for the same text anywhere, another as soon as anything that is reached changes."""

from __future__ import annotations

import subprocess
import sys
import types
from pathlib import Path

import pytest
from endings import LIMIT

from nnlab.core.kernel.dependencies import dependencies

HELPER = "STEP = 0.5\n\ndef half(x):\n    return x * STEP\n"
KERNEL = "from nnlab_helper import half\nLIMIT = 3\n\ndef forward(x, y=1):\n    return [half(k) + y for k in x if k < LIMIT]\n"


def hashed(helper: str = HELPER, kernel: str = KERNEL) -> str:
    for name, text in (("nnlab_helper", helper), ("nnlab_kernel", kernel)):
        module = types.ModuleType(name)
        sys.modules[name] = module
        exec(compile(text, f"<{name}>", "exec"), vars(module))
    return dependencies(vars(sys.modules["nnlab_kernel"])["forward"])


@pytest.mark.parametrize(("old", "new"), [
    ("STEP = 0.5", "STEP = 0.25"), ("x * STEP", "x / STEP"), ("LIMIT = 3", "LIMIT = 4"), ("y=1", "y=2"), ("k < LIMIT", "k > LIMIT"),
    ("half(k) + y", "half(k) - y"), ("LIMIT = 3", "LIMIT = 3.0"),
], ids=["constant elsewhere", "function elsewhere", "constant", "default", "comparison", "body", "type"])  # fmt: skip
def test_any_change_that_is_reached_is_noticed(old: str, new: str) -> None:
    assert old in HELPER + KERNEL
    assert hashed(HELPER.replace(old, new), KERNEL.replace(old, new)) != hashed()


def test_what_is_not_reached_does_not_count() -> None:
    assert hashed(HELPER + "\nOTHER = 1\n", "# words\n" + KERNEL + "\ndef other():\n    return half(2)\n") == hashed()


def test_it_is_the_same_in_every_process_and_folder(tmp_path: Path) -> None:
    code = (
        "import nnlab.core.operator\nfrom nnlab.operators import dense, conv2d\nfrom nnlab.core.kernel.dependencies import dependencies\n"
        "print(dependencies(dense.forward), dependencies(conv2d.backward))"
    )
    seen = {
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=folder, timeout=LIMIT).stdout
        for folder in (tmp_path, Path(__file__).parent)
    }
    assert len(seen) == 1


def test_kernels_that_call_one_another_end() -> None:
    text = "def forward(x):\n    return backward(x - 1) if x else 0\n\ndef backward(x):\n    return forward(x)\n"
    assert hashed(kernel=text) != hashed(kernel=text.replace("x - 1", "x - 2"))
