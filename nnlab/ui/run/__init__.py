"""What runs: the session that follows the document, and what the display knows of it."""
