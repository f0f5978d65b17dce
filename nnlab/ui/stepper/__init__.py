"""Stepper: a debugger for one iteration. What ran last, its formula with the engine's own numbers, and where in the iteration it stands.

`StepModel` (model.py) holds the moment and the element that is explained; everything else here paints it:
    StepperPanel (stepper_panel.py)   header, formula, picture, scrubber
    Scrubber (scrubber.py)            one block for every moment of the iteration
    ChainSide (chain_side.py)         the paths from a weight to the loss, and their sum
    StepSide (side.py)                the tensors of the moment, and the finite difference of a weight
"""
