"""Lessons: folders of texts and one declarative file, which are read and checked here and played by `nnlab.ui.learn`.

Nothing in a lesson is executed. What a step looks at and what is right are formulas of `nnlab.engine.tensor_formula`, evaluated from the
learner's own network.
"""
