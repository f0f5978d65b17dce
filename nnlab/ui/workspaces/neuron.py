"""One neuron: the laboratory, a state of Step."""

from nnlab.ui.workspaces import Workspace, register

register(
    Workspace(
        name="neuron", title="One neuron", order=31, tip="One neuron with numbers to drag: products, sum, activation, and its row of W",
        centre="neuron", bottom=(), shares=(), height=("scrubber",), left=(), right=("neuron_matrix", "inspector"),
        right_width="side_column", tall_right=True, overlay=False, tab="step",
        buttons=("run.rewind", "step.back", "step.over", "step.into", "step.out", "step.finish", "run.play"), main_button="step.over",
    )
)  # fmt: skip
