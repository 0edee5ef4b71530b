"""Readers of other systems' definitions: a folder goes in, the text of a pack comes out; nothing is written here."""
