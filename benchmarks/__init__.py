"""Synthetic data and measurements of speed that anyone can repeat."""
