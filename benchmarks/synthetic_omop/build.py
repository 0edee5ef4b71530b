"""From a number of persons and a seed to rows, chunk by chunk."""

from collections.abc import Iterator

import numpy as np

from benchmarks.synthetic_omop import cancers, care, cases, contacts, dirt, people, treatment
from benchmarks.synthetic_omop.draws import Draws
from benchmarks.synthetic_omop.store import Column, Store, day
from benchmarks.synthetic_omop.vocabulary import CONCEPTS, ancestors, relationships

CHUNK = 20_000  # persons held in memory at once; part of what a seed means

Tables = dict[str, dict[str, Column]]


def build(persons: int, seed: int) -> Iterator[tuple[int, Tables]]:
    """Batches of rows, each with the number of persons done so far; the first one holds the reference tables."""
    store = Store(Draws(seed, 0))
    _add_vocabulary(store)
    people.add_places(store)
    yield 0, store.take()
    for chunk, first in enumerate(range(0, persons, CHUNK), start=1):
        size = min(CHUNK, persons - first)
        store.draws = Draws(seed, chunk)
        _add_chunk(store, size, with_cases=chunk == 1)
        yield first + size, store.take()


def _add_chunk(store: Store, size: int, *, with_cases: bool) -> None:
    folk = people.add_people(store, size)
    people.add_observation_periods(store, folk)
    primaries = cancers.add_primaries(store, folk)
    declined = store.draws.chance(len(primaries), 0.12)
    untested = store.draws.chance(len(primaries), 0.1)
    visit = care.add_visits(store, primaries)
    diagnosis = cancers.add_diagnoses(store, primaries, visit)
    growth = cancers.add_spread(store, primaries, diagnosis)
    care.add_referrals(store, primaries)
    care.add_stages(store, primaries, diagnosis)
    care.add_tissue(store, primaries)
    care.add_fitness(store, primaries, untested)
    care.add_habits(store, primaries)
    care.add_meetings(store, primaries)
    contacts.add_contacts(store, primaries)
    contacts.add_gene_tests(store, primaries, untested)
    care.add_palliative(store, primaries)
    care.add_choices(store, primaries, declined, untested)
    care.add_illnesses(store, primaries)
    last = treatment.add_treatments(store, primaries, declined, growth)
    treatment.add_deaths(store, primaries, folk, last)
    dirt.add_dirt(store, primaries, folk)
    if with_cases:
        cases.add_cases(store, primaries, folk)


def _add_vocabulary(store: Store) -> None:
    ids, names, domains, codes, _ = zip(*CONCEPTS, strict=True)
    always = {"valid_start_date": day("1970-01-01"), "valid_end_date": day("2099-12-31")}
    store.add(
        "concept",
        len(ids),
        concept_id=np.array(ids),
        concept_name=np.array(names),
        domain_id=np.array(domains),
        vocabulary_id="Plain",
        concept_class_id="Plain",
        standard_concept="S",
        concept_code=np.array(codes),
        **always,
    )
    above, below, least, most = (np.array(column) for column in zip(*ancestors(), strict=True))
    store.add(
        "concept_ancestor",
        len(above),
        ancestor_concept_id=above,
        descendant_concept_id=below,
        min_levels_of_separation=least,
        max_levels_of_separation=most,
    )
    one, two, kinds = (np.array(column) for column in zip(*relationships(), strict=True))
    store.add("concept_relationship", len(one), concept_id_1=one, concept_id_2=two, relationship_id=kinds, **always)
    store.add(
        "vocabulary",
        1,
        vocabulary_id="Plain",
        vocabulary_name="Plain words for the demonstration",
        vocabulary_reference="made up",
        vocabulary_version="1",
        vocabulary_concept_id=0,
    )
    store.add(
        "cdm_source",
        1,
        cdm_source_name="Invented hospital",
        cdm_source_abbreviation="invented",
        cdm_holder="measuremart",
        source_release_date=day("2026-06-29"),
        cdm_release_date=day("2026-06-30"),
        cdm_version="5.4",
        vocabulary_version="Plain 1",
    )
