"""Checks of definitions: one function a rule; its name is the rule's id, its docstring the manual's page."""
