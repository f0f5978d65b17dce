"""Build: drawing the network. Palette, canvas with compact cards, inspector, problems, the history of edits."""

from nnlab.ui.workspaces import Workspace, register

register(
    Workspace(
        name="build", title="Build", order=10, tip="Draw the network and choose its data", bottom=("problems", "history"), shares=(3, 1),
        height=("problems",), expanded=False, overlay=False,
    )
)  # fmt: skip
