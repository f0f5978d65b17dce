"""In what runs differ."""

from __future__ import annotations

from nnlab.files.examples import load_example
from nnlab.training.run_settings import differing, settings_of


def test_code_that_computed_a_run_is_told_where_it_is_known_of_all_and_differs() -> None:
    project = load_example("xor")
    native, portable, unknown = (settings_of(project, code=code) for code in ("native (znver4)", "x86-64-v3", ""))
    assert differing((native, portable)) == ("code",) and differing((native, native)) == ()
    assert differing((native, portable, unknown)) == ()
