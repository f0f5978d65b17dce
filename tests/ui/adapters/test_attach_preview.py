"""What is being chosen is told once for each change."""

from __future__ import annotations

from pytestqt.qtbot import QtBot
from worlds import end, spiral_project

from nnlab.graph.adapters import attach
from nnlab.ui.adapters.attach_preview import AttachPreview, Attempt
from nnlab.ui.document.document import Document
from nnlab.ui.run.session import LiveSession


def test_it_tells_of_changes_alone(qtbot: QtBot) -> None:
    document = Document(spiral_project())
    session = LiveSession(document)
    preview, told = AttachPreview(document, session), []
    preview.changed.connect(lambda: told.append((preview.attempt.name, preview.is_open, preview.left)))
    attempt = Attempt(attach(document.graph, ["dense_1"], rank=1, name="one"), "one")
    preview.show(attempt, True, 600)
    preview.show(attempt, True, 600)
    preview.show(Attempt(), True, 600)  # what stands in the form cannot be
    preview.show(Attempt(), False)
    assert told == [("one", True, 600), ("", True, 600), ("", False, 0)]
    end(document, session)
