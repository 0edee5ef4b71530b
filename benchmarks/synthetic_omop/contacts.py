"""Who was seen besides the treating doctors, and tests of the tumour's genes."""

import numpy as np

from benchmarks.synthetic_omop import codes as c
from benchmarks.synthetic_omop.cancers import LARGE_CELL, OTHER, Primaries
from benchmarks.synthetic_omop.draws import Bools
from benchmarks.synthetic_omop.store import NULL, Store


def add_contacts(store: Store, p: Primaries) -> None:
    """Talks with a cancer specialist, some before the referral, and with a specialist nurse, some out of time."""
    draws, rows = store.draws, len(p)
    specialist = p.referred + draws.pick(rows, [-2, 0, 4, 9, 14, 15, 31], [1, 2, 5, 6, 4, 3, 2])
    nurse = p.found + draws.pick(rows, [-31, -30, -3, 0, 6, 20, 30, 31, 75], [3, 3, 4, 9, 9, 9, 4, 4, 3])
    for share, on, concept in ((0.5, specialist, c.SPECIALIST_TALK), (0.7, nurse, c.NURSE_TALK)):
        who = draws.chance(rows, share)
        store.event(
            "procedure_occurrence",
            p.person[who],
            on[who],
            p.root[who],
            linked=0.8,
            procedure_concept_id=concept,
            procedure_type_concept_id=c.FROM_RECORD,
        )


def add_gene_tests(store: Store, p: Primaries, untested: Bools) -> None:
    """Mostly in stage four; some found too little tissue, some have no answer."""
    draws, rows = store.draws, len(p)
    due = (p.kind == LARGE_CELL) & (p.stage == 4)
    tested = (p.kind != OTHER) & ~untested & draws.chance(rows, np.where(due, 0.85, 0.15))
    answers = [c.GENE_CHANGE, c.GENE_NO_CHANGE, c.GENE_TOO_LITTLE, NULL]
    store.event(
        "measurement",
        p.person[tested],
        p.proven[tested] + draws.pick(int(tested.sum()), [7, 12, 30]),
        p.root[tested],
        measurement_concept_id=c.GENE_TEST,
        measurement_type_concept_id=c.FROM_RECORD,
        value_as_concept_id=draws.pick(int(tested.sum()), answers, [40, 35, 20, 5]),
        measurement_source_value="genes",
    )
