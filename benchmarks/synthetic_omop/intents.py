"""What a treatment is for: said by the procedure, its modifier or an observation of the treatment, or not at all."""

import numpy as np

from benchmarks.synthetic_omop import codes as c
from benchmarks.synthetic_omop.draws import Bools, Ints
from benchmarks.synthetic_omop.schema import EPISODE_FIELD
from benchmarks.synthetic_omop.store import NULL, Store

NOT_SAID, BY_PROCEDURE, BY_MODIFIER, BY_LINK, BY_REFERENCE = 0, 1, 2, 3, 4


def add_intents(store: Store, person: Ints, on: Ints, treatment: Ints, cure: Bools, kind: int) -> Ints:
    """Observations of intent for treatments of one kind; gives how the intent of each is said.

    Medicines have no procedure that could say it. One in twenty is contradicted by another record.
    """
    draws, size = store.draws, len(person)
    ways = [NOT_SAID, BY_PROCEDURE, BY_MODIFIER, BY_LINK, BY_REFERENCE]
    how = draws.pick(size, ways, [1, 5, 3, 3, 3] if kind == c.RADIOTHERAPY else [5, 0, 0, 3, 2])
    intent = np.where(cure, c.INTENT_CURE, c.INTENT_RELIEF)
    intent = np.where(cure & draws.chance(size, 0.15), c.INTENT_BEFORE, intent)
    _observe(store, person, on, treatment, intent, how)
    contradicted = draws.chance(size, 0.05)
    other = np.where(cure, c.INTENT_RELIEF, c.INTENT_CURE)
    _observe(store, person, on, treatment, other, np.where(contradicted, BY_LINK, NOT_SAID))
    return how


def _observe(store: Store, person: Ints, on: Ints, treatment: Ints, intent: Ints, how: Ints) -> None:
    """By a link the intent is the answer to a question; by reference it is what was observed."""
    linked = how == BY_LINK
    store.event(
        "observation",
        person[linked],
        on[linked],
        treatment[linked],
        linked=1.0,
        observation_concept_id=c.INTENT,
        observation_type_concept_id=c.FROM_RECORD,
        value_as_concept_id=intent[linked],
    )
    named = how == BY_REFERENCE
    store.event(
        "observation",
        person[named],
        on[named],
        np.full(int(named.sum()), NULL),
        observation_concept_id=intent[named],
        observation_type_concept_id=c.FROM_RECORD,
        observation_event_id=treatment[named],
        obs_event_field_concept_id=EPISODE_FIELD,
    )
