"""Diagnoses, one file each; see nnlab.training.diagnosis."""
