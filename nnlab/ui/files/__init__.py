"""Projects on disk: commands, dialogs, locks, safety copies."""
