"""What the Landscape panel is made of: the plane as a map or a surface, the path in it, and its distance from the plane."""
