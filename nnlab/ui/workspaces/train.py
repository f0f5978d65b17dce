"""Train: watching the network learn. Loss, gradient flow and predictions below the living canvas."""

from nnlab.ui.workspaces import Workspace, register

register(
    Workspace(
        name="train", title="Train", order=20, tip="Watch the network learn", bottom=("loss", "gradient_flow", "prediction"),
        shares=(490, 438, 352), tabs=(("runs", "gradient_flow"),), height=("dock",), right=("inspector", "data", "training", "diagnosis"),
        right_width="findings", is_first=True,
        spare=("gradient_flow",),
    )
)  # fmt: skip
