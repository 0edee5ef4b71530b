"""What each check says of a definition, by subject: (definitions, more of the used report's dataset, what is said)."""

from check_cases import reports, rules, whole

Case = tuple[str, str, list[str]]
CASES: dict[str, Case] = rules.CASES | reports.CASES | whole.CASES
