"""Step: backpropagation one operation at a time, with the formula and its numbers."""

from nnlab.ui.workspaces import Workspace, register

register(
    Workspace(
        name="step", title="Step", order=30, tip="Step through forward pass, backpropagation and update, one operation at a time",
        bottom=("stepper",), shares=(1,), height=("formula_panel", "scrubber"), left=(), right=("moment", "chain", "inspector"),
        below_right=("watches", "breakpoints", "branches"),
        right_width="side_column", tall_right=True, follows_steps=True,
        buttons=("run.rewind", "step.back", "step.over", "step.into", "step.out", "step.finish", "run.play"), main_button="step.over",
    )
)  # fmt: skip
