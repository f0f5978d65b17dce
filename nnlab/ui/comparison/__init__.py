"""Runs side by side: their pictures, their curves, why their losses pull as they do, and losses by hand."""
