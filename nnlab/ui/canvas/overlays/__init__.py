"""What lies over the canvas: legend, minimap, zoom bar, hints and popups."""
