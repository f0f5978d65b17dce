"""Input: where the features of a sample enter the network.

x, the current batch of standardised features, is gathered here by the machine before the first instruction.
"""

from nnlab.core.operator import Operator, register
from nnlab.core.setting import Setting
from nnlab.core.tensor import Tensor

register(
    Operator(
        name="input",
        title="Input",
        category="Data",
        outputs=(Tensor("y", "batch features"),),
        settings=(Setting("features", 2, "Features", "Numbers per sample; follows the data set", minimum=1, maximum=1_000_000),),
        summary=lambda s: f"{s['features']} input{'s' if s['features'] != 1 else ''}",
        formula=r"x = (x_1, \dots, x_n)",
    )
)
