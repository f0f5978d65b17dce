"""The probes, one file each; see `nnlab.training.probe`."""
