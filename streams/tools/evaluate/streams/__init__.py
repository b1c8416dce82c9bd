"""Simulated streams: what a board of segments counts at each look."""
