"""What `where:` and `filter` ask of a row at its date (semantics.md section 3, and `filter` in section 4)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from measuremart.plan.nodes import Conditions, Plan, Population
from measuremart.referee.days import completed_years, shifted
from measuremart.referee.world import World, day, whole


@dataclass(frozen=True)
class Person:
    """What the person model says of one person."""

    birth: dt.date | None
    sex: int | None


def persons_of(population: Population, world: World) -> dict[int, Person]:
    """Return the rows of the person model by id (2.1)."""
    result = {}
    for row in world.rows(population.person_model):
        person_id = whole(row, population.person_id)
        if person_id is not None:
            birth = day(row, population.birth_date) if population.birth_date else None
            result[person_id] = Person(birth, whole(row, population.sex) if population.sex else None)
    return result


class Judge:
    """Applies conditions, with the persons and the clock at hand."""

    def __init__(self, plan: Plan, world: World) -> None:
        self._plan = plan
        self._world = world
        self._persons: dict[str, dict[int, Person]] = {}

    def _persons_of(self, population: str) -> dict[int, Person]:
        """Return the persons of a population by id, read once."""
        if population not in self._persons:
            self._persons[population] = persons_of(self._plan.populations[population], self._world)
        return self._persons[population]

    def passes(self, conditions: Conditions, population: str, person_id: int | None, date: dt.date | None) -> bool:
        """Say whether every condition that is given holds; a null never passes (section 3)."""
        person: Person | None = None
        if conditions.needs_person and person_id is not None:
            person = self._persons_of(population).get(person_id)
        if conditions.sex is not None and (person is None or person.sex != conditions.sex):
            return False
        if conditions.age_min is not None or conditions.age_max is not None:
            if person is None or person.birth is None or date is None:
                return False
            age = completed_years(person.birth, date)
            if age < 0:  # before birth no age is known
                return False
            if conditions.age_min is not None and age < conditions.age_min:
                return False
            if conditions.age_max is not None and age > conditions.age_max:
                return False
        if conditions.on_or_after is not None and (date is None or date < conditions.on_or_after):
            return False
        if conditions.on_or_before is not None and (date is None or date > conditions.on_or_before):
            return False
        if conditions.elapsed is None:
            return True
        return date is not None and shifted(date, conditions.elapsed) <= self._world.as_of.toordinal()
