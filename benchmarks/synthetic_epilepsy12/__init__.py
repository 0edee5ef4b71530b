"""Invented children in the tables of the Epilepsy12 audit, the same for a seed on every machine."""
