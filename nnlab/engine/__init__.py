"""The engine: from a graph to numbers. `compile` makes a program, `Run` trains it, `Evaluator` applies it."""
