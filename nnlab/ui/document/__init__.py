"""The document: project, undo stack, selection and changes of weights."""
