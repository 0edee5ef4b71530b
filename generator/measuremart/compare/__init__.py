"""Two versions of definitions, or of a vocabulary, beside each other: which keys a change moves."""
