"""Low-rank adapters in the window: attaching and detaching them, and adapter folders on disk."""
