"""Where the numbers of single parts of the window come from: what is asked about at a place, as a `Provenance`."""
