"""How everything looks: theme, sizes, icons, colour maps, numbers and formulas."""
