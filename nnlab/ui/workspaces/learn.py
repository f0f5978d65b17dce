"""Learn: the welcome page; while a lesson runs, the workspace of its step."""

from nnlab.ui.workspaces import Workspace, register

register(
    Workspace(
        name="learn", title="Learn", order=70, tip="Lessons, examples and your own data",
        centre="welcome", bottom=(), shares=(), height=("strip",), left=(), right=(), overlay=False,
    )
)  # fmt: skip
