"""The main window: its parts, bars, menus, and what its actions do."""
