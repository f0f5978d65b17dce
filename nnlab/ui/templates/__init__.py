"""Starting from a template, and networks as text: the dialog, its preview, and the commands of the window."""
