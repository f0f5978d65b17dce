"""Cards: what they say, where their parts lie, how they are painted."""
