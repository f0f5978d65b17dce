"""What the panels about low-rank adapters are made of."""
