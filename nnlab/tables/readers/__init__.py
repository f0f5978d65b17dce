"""Readers: each turns a file of one format into a `CellTable`, one file each, found by what the file begins with and by its name's end."""
