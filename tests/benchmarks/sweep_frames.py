"""Frames while a sweep runs: ticks and longest gap of the window's thread with error against width trained on all cores, and without it.

    python tests/benchmarks/sweep_frames.py [SECONDS]

The window is in Approximate and trains, as somebody watches it. Both are measured in turn in one process; prints one JSON object.
"""

from __future__ import annotations

import itertools
import json
import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


def figures(ticks: list[float]) -> dict[str, float]:
    gaps = [b - a for a, b in itertools.pairwise(ticks)]
    return {"ticks_per_second": round(len(gaps) / (ticks[-1] - ticks[0]), 1), "longest_gap_ms": round(max(gaps) * 1000, 1)}


def main(seconds: float) -> None:
    folder = tempfile.TemporaryDirectory()
    os.environ["NNLAB_HOME"] = folder.name  # a sweep that is written down already would not run
    from nnlab.app import open_window, record, settle
    from nnlab.ui.files.store import Store

    window = open_window("ripple", store=Store(Path(folder.name) / "store"))
    window.show_workspace("approximate")
    panel = window.panels["width_sweep"]
    settle(1500)
    window.session.play()
    settle(1000)
    alone, _ = record(window, seconds)
    refusal = panel.start_sweep()  # type: ignore[attr-defined]
    if refusal:
        raise SystemExit(refusal)
    settle(3000)  # processes start
    before = len(panel.results)  # type: ignore[attr-defined]
    beside, _ = record(window, seconds)
    trained = len(panel.results) - before  # type: ignore[attr-defined]
    window.session.pause()
    panel.runs.cancel()  # type: ignore[attr-defined]
    settle(500)
    window.files.give_up()
    window.close()
    print(json.dumps({"alone": figures(alone), "beside_a_sweep": figures(beside), "runs_ended_meanwhile": trained}))
    folder.cleanup()


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 10.0)
