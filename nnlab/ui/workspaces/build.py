"""Build: drawing the network. Palette, canvas with compact cards, inspector, problems."""

from nnlab.ui.workspaces import Workspace

WORKSPACE = Workspace(
    name="build", title="Build", order=10, tip="Draw the network and choose its data", bottom=("problems",), shares=(1,),
    height="problems", expanded=False, overlay=False,
)  # fmt: skip
