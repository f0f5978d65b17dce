"""Sweeps: many independent trials over settings and seeds, on every core or on a cluster, written down as they end."""
