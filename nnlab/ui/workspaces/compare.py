"""Compare: two to four runs of one project side by side, with one difference; and which loss suits the target."""

from nnlab.ui.workspaces import Workspace, register

register(
    Workspace(
        name="compare", title="Compare", order=50, tip="Runs side by side, from the same start, with one difference", centre="comparison",
        bottom=(), shares=(), height=("dock",), left=(), right=("advisor", "by_hand"), right_width="side_column", right_heights=(5, 8),
        overlay=False, least_width=760, figures="comparison",
    )
)  # fmt: skip
