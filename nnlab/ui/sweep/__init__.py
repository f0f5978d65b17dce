"""What shows a sweep: what varies, its table, parallel coordinates, and a scatter of any two columns."""
