"""The names that authors give to concepts, for readers; nothing is matched by them."""

from __future__ import annotations

from collections.abc import Iterator

from measuremart.catalogue import Catalogue
from measuremart.definitions.base import NamedConcept, Part
from measuremart.definitions.file import Defined


def concept_names(catalogue: Catalogue) -> dict[str, dict[int, str]]:
    """Return the name of each concept that its pack names, by pack and concept id."""
    names: dict[str, dict[int, str]] = {}
    for defined, concept in named_concepts(catalogue):
        names.setdefault(defined.pack, {}).setdefault(concept.id, " ".join((concept.name or "").split()))
    return names


def named_concepts(catalogue: Catalogue) -> Iterator[tuple[Defined, NamedConcept]]:
    """Yield the definition and the concept wherever a definition gives a concept a name."""
    for defined in catalogue.everything():
        if isinstance(defined.entry, Part):
            for concept in _below(defined.entry):
                if concept.name is not None:
                    yield defined, concept


def _below(value: object) -> Iterator[NamedConcept]:
    if isinstance(value, NamedConcept):
        yield value
    elif isinstance(value, Part):
        for field in type(value).model_fields:
            yield from _below(getattr(value, field))
    elif isinstance(value, tuple):
        for item in value:
            yield from _below(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _below(item)
