"""The room a lesson runs in: the same window, with a document, a run and an arrangement of its own.

The person's project is put aside as it is (undo history, run, past, file and lock, safety copy, layout) and comes back to the bit. A lesson
that is left is put aside in the same way, so that it goes on where it was.
"""

from __future__ import annotations

from dataclasses import dataclass

from nnlab.files.project import Project
from nnlab.graph.graph import Edge
from nnlab.ui.document.document import DocumentAside
from nnlab.ui.files.file_state import FileAside
from nnlab.ui.learn.host import LessonHost
from nnlab.ui.run.session import SessionAside
from nnlab.ui.workspaces import Workspace, first_workspace


@dataclass(frozen=True, eq=False)
class ProjectInRoom:
    """A project that is put aside with everything that belongs to it in the window."""

    session: SessionAside
    document: DocumentAside
    file: FileAside
    selected: tuple[tuple[str, ...], tuple[Edge, ...], tuple[str, ...]]
    workspace: Workspace | None


class LessonRoom:
    """`is_open` while a lesson's document is shown."""

    def __init__(self, host: LessonHost) -> None:
        self._host = host
        self._own: ProjectInRoom | None = None

    @property
    def is_open(self) -> bool:
        return self._own is not None

    def enter(self, project: Project, name: str, former: ProjectInRoom | None = None) -> None:
        """Puts the person's project aside, and shows this one, or the one that the lesson was left with."""
        host = self._host
        host.autosave.hold()
        self._own = self._put_aside()
        host.area.remember_last()
        if former is None:
            host.document.replace(project, name)
        else:
            self._bring_back(former)

    def leave(self, to: str | None = None) -> ProjectInRoom:
        """Brings the person's project and workspace back exactly as they left them; returns what the lesson was left with.

        With `to` another workspace is shown, and theirs comes back when they go there.
        """
        host, own = self._host, self._own
        assert own is not None
        self._own = None
        former = self._put_aside()
        self._bring_back(own)
        host.autosave.go_on()
        body = host.middle.parentWidget()
        layout = body.layout() if body is not None else None
        if layout is not None:  # the room that the lesson's column took is there before the docks are arranged in it
            layout.activate()
        host.show_workspace(to or (own.workspace or first_workspace()).name)
        host.area.keep_sizes()
        host.selection.set(*own.selected)  # once more: the keyboard goes to the canvas from a panel that is hidden, and takes a card
        return former

    def _put_aside(self) -> ProjectInRoom:
        host = self._host
        selection = host.selection
        selected = (selection.nodes, selection.edges, selection.comments)
        session = host.session.put_aside()
        return ProjectInRoom(session, host.document.put_aside(), host.files.put_aside(), selected, host.area.workspace)

    def _bring_back(self, aside: ProjectInRoom) -> None:
        host = self._host
        host.files.bring_back(aside.file)
        host.session.bring_back(aside.session)
        host.document.bring_back(aside.document)
        host.selection.set(*aside.selected)
