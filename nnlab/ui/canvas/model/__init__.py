"""What is on the canvas, as plain values: what cards say, where their parts lie, how far apart they stand, what lies on top."""
