"""What a person can do to the graph from the canvas."""
