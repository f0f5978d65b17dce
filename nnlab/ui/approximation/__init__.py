"""What the workspace Approximate is made of: the target's row, the sum of hidden units and its handles, the strip of units, surfaces."""
