"""Approximate: a target of one or two inputs, the network's fit, and the hidden units of which it is the sum."""

from nnlab.ui.workspaces import Workspace, register

register(
    Workspace(
        name="approximate", title="Approximate", order=40, tip="A function, the network that follows it, and the units it is made of",
        centre="approximation", bottom=("hidden_units",), shares=(1,), height=("strip",), left=(),
        right=("approximation_error", "width_sweep", "not_promised"), right_width="side_column", right_heights=(110, 300, 130),
        overlay=False, figures="hidden_units",
    )
)  # fmt: skip
