"""`nnlab warm-up` compiles ahead with a line a part, changes the processor on purpose, and ends with its parent."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from endings import LIMIT, mortal

from nnlab.core.own_command import own_command


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command, environment = own_command("warm-up", *arguments), {**os.environ, **environment}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=LIMIT)


def test_it_says_how_far_it_is_and_an_unknown_processor_is_refused() -> None:
    done = run("dense", "tanh")
    lines = done.stdout.splitlines()
    assert done.returncode == 0 and lines[0].startswith("0/") and lines[-1].endswith("ready")
    refused = run("--processor", "fast")
    assert refused.returncode == 2 and refused.stderr == "nnlab: There is no processor named 'fast'; choose native or x86-64-v3.\n"


def test_a_child_ends_when_its_parent_does(tmp_path: Path) -> None:
    """With an empty cache it would compile for a minute."""
    command = own_command("warm-up", "--child", "--quietly")
    environment = {**os.environ, "NNLAB_CACHE": str(tmp_path)}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment) as child:
        assert child.stdin is not None and child.stdout is not None
        with mortal(child):
            assert child.stdout.readline().startswith("0/")
        child.stdin.close()
        assert child.wait(60) == 1
