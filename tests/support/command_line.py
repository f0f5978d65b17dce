"""The command line called in the test's own process: a call takes milliseconds, a process of its own a second."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import pytest

from nnlab import cli


class Answer(NamedTuple):
    status: int
    out: str
    err: str

    @property
    def report(self) -> dict[str, Any]:
        return json.loads(self.out.splitlines()[-1])

    @property
    def error(self) -> str:
        """The one line of error at the end of stderr."""
        line = self.err.splitlines()[-1]
        assert line.startswith("nnlab: ") and "Traceback" not in self.err
        return line.removeprefix("nnlab: ")


def run_command(capfd: pytest.CaptureFixture[str], *arguments: object) -> Answer:
    """`nnlab` with these arguments, to its end."""
    with pytest.raises(SystemExit) as stop:
        cli.main([str(argument) for argument in arguments])
    out, err = capfd.readouterr()
    assert isinstance(stop.value.code, int)
    return Answer(stop.value.code, out, err.replace("\r", "\n"))
