"""Approximation: what a network with one hidden layer can express, what training finds of it, and how large the difference is."""
