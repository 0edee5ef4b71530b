"""Stands in for dbt's `adapter` while sqlfluff lints: a scalar macro renders as a call of a function."""

from collections.abc import Callable


def dispatch(macro_name: str, macro_namespace: str | None = None) -> Callable[..., str]:
    """What dbt would find for the engine at hand: here, `to_day('x')` gives the text `to_day(x)`."""

    def call(*arguments: object) -> str:
        # A decimal mark is a text of SQL once a macro has it; here it would be punctuation.
        return f"{macro_name}({', '.join(str(argument) for argument in arguments if argument not in ('.', ','))})"

    return call


def get_columns_in_relation(relation: str) -> list[object]:
    """What dbt would ask the database for: here there is none."""
    del relation
    return []
