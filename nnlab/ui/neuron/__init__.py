"""The one-neuron laboratory: a neuron's numbers as one drags them, and the same neuron as a row of a matrix."""
