"""PySide reads no source text of the modules of a window."""

from __future__ import annotations

import json
import subprocess
import sys

from endings import LIMIT

CODE = """
import builtins, json, linecache, sys
from nnlab.app import application
application()
import nnlab.ui.window.assembly
own = [module.__file__ for name, module in sys.modules.items() if name.startswith("nnlab.ui.window") and module.__file__]
read = [file for file in own if file in linecache.cache]
print(json.dumps([len(own), read, builtins.__import__ is builtins.__orig_import__]))
"""


def test_the_sources_of_a_window_are_not_read_while_it_is_imported() -> None:
    answer = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True, timeout=LIMIT)
    count, read, is_restored = json.loads(answer.stdout)
    assert count > 10
    assert read == []
    assert is_restored
