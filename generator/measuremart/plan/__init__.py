"""The plan: what the definitions mean, with every default explicit, every grain known and nothing left to look up."""
