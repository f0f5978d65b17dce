"""The inside of neurons: one sample on its way through the network."""
