"""Groups and comments, and writing in place."""
