"""LoRA: a frozen base, the low-rank adapters beside it, what they cost and what they gain."""

from nnlab.ui.workspaces import Workspace, register

register(
    Workspace(
        name="lora", title="LoRA", order=60, tip="A frozen network and the small updates that are trained beside it",
        centre="adapter_matrices", bottom=("adapter_spectrum", "adapter_cost", "lora_study"), shares=(29, 38, 57), height=("dock",),
        left=(), right=("adapters", "inspector"), overlay=False, least_width=600,
        spare=("lora_study",),
    )
)  # fmt: skip
