"""Every id that a problem can have: what it means, why it matters, how to correct it, with examples.

The words of a check are its docstring; those of an error are the head of its page in `pages/`. The examples of both are
the page's code blocks: `broken` has the problem, `corrected` has none. Each stands in a pack of its own beside
`pages/base.yml`, in mine.yml or in the file that the block names.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from measuremart.checks.run import CHECKS, UNWAIVABLE, check_id
from measuremart.problems import Kind, Problem

_BLOCK = re.compile(r"^```yaml (broken|corrected)(?: (\S+))?\n(.*?)^```\n?", re.MULTILINE | re.DOTALL)
_LABEL = re.compile(r"^(What|Why|Example|Fix): ", re.MULTILINE)
# Errors of reading and of the language have no id of their own where they are found: their words tell. The first
# pattern that is found decides, and the last one of a kind takes the rest.
_BY_WORDS: Mapping[Kind, tuple[tuple[str, str], ...]] = {
    Kind.YAML: (
        (r"cannot be read|^is not a file|is larger|is not UTF-8|leads back to|no definition files", "unreadable_file"),
        (r"appears twice here; the first is on line", "repeated_key"),
        (r"^not YAML|^nested more than|is a mapping of sections", "not_yaml"),
        (r"", "refused_yaml"),
    ),
    Kind.LANGUAGE: (
        (r"^a definition file belongs in the folder of its pack", "unreadable_file"),
        (r"^unknown ", "unknown_key"),
        (r"is required", "missing_key"),
        (r"is not a name:|^pack folder:|underscores in a row|characters long, \d+ are allowed|is a word of the language"
         r"|is not a plain column|is a reserved word of SQL|is not a relation", "bad_name"),
        (r"^0 is OMOP's", "concept_zero"),
        (r"^exactly one operator", "one_operator"),
        (r" must be .*; found |is a mapping of names| must be a whole number, the id of a concept", "wrong_type"),
        (r"", "misfit_value"),
    ),
    Kind.MEANING: ((r"pack", "pack"), (r"", "lacks_a_part")),
    Kind.NOT_SUPPORTED: ((r"", "not_supported"),),
    Kind.WARNING: ((r"", "waiver"),),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Example:
    """Definitions that have a problem, and how they look without it; `file` is where they stand in their pack.

    `said` introduces the example, empty where there is nothing to say. Without `corrected` there is no one correction.
    """

    said: str
    file: str
    broken: str
    corrected: str | None


@dataclass(frozen=True, slots=True)
class Rule:
    """What a problem's id means. `parts` has what, why, example and fix, as far as there are such words."""

    id: str
    title: str
    parts: Mapping[str, str]
    examples: tuple[Example, ...]
    is_check: bool
    can_be_waived: bool


@cache
def rules() -> Mapping[str, Rule]:
    """Return all rules by id, errors before checks, each in the order of their names."""
    folder = files("measuremart.checks") / "pages"
    pages = {
        p.name.removesuffix(".md"): p.read_text(encoding="utf-8") for p in folder.iterdir() if p.name[-3:] == ".md"
    }
    docstrings = {check_id(check): inspect.cleandoc(check.__doc__ or "") for check in CHECKS}
    found = [_rule(name, docstrings.get(name), pages.get(name, "")) for name in pages.keys() | docstrings.keys()]
    return {rule.id: rule for rule in sorted(found, key=lambda rule: (rule.is_check, rule.id))}


def base_text() -> str:
    """Return the definitions that stand beside every example."""
    return (files("measuremart.checks") / "pages" / "base.yml").read_text(encoding="utf-8")


def rule_of(problem: Problem) -> Rule:
    """Return the rule that a problem breaks."""
    if problem.check:
        return rules()[problem.check]
    return rules()[next(name for words, name in _BY_WORDS[problem.kind] if re.search(words, problem.message))]


def _rule(name: str, docstring: str | None, page: str) -> Rule:
    head = docstring if docstring is not None else page.split("```")[0]
    title, _, words = head.strip().partition("\n")
    labels = _LABEL.split(words)[1:]
    parts = {label: " ".join(text.split()) for label, text in zip(labels[::2], labels[1::2], strict=True)}
    if docstring is None:  # what introduces the first example is no part of the fix
        last = re.split(r"\n\n", words.strip())
        parts |= {"Fix": " ".join(next(part for part in last if part.startswith("Fix: "))[5:].split())}
    is_check = docstring is not None
    return Rule(name, title.strip(), parts, tuple(_examples(page)), is_check, is_check and name not in UNWAIVABLE)


def _examples(page: str) -> list[Example]:
    found: list[Example] = []
    end = 0
    for block in _BLOCK.finditer(page):
        kind, file, text = block.groups()
        before = page[end : block.start()].strip().split("\n\n")[-1]
        end = block.end()
        if kind == "broken":
            found.append(Example("" if _LABEL.match(before) else before, file or "mine.yml", text, None))
        else:
            last = found.pop()
            found.append(Example(last.said, last.file, last.broken, text))
    return found
