"""One form of a model per file; adding a file is the whole of adding a form (`nnlab.exchange.exporter`)."""
