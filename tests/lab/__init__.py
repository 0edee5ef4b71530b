"""The laboratory: many small worlds (tables and definitions) through the real generator, and what every evaluator answers.

`Laboratory` builds all its cases in one `dbt build` per engine; `DirectBench` runs the same statements without dbt,
case by case; `referee_members` asks the reference evaluator.
"""

from lab.cases import Case, CaseError, Member, Prepared, prepare
from lab.direct import DirectBench, Found
from lab.engines import DuckDbEngine, Engine, PostgresEngine
from lab.laboratory import Answers, Laboratory, LaboratoryError
from lab.reference import referee_members

__all__ = [
    "Answers",
    "Case",
    "CaseError",
    "DirectBench",
    "DuckDbEngine",
    "Engine",
    "Found",
    "Laboratory",
    "LaboratoryError",
    "Member",
    "PostgresEngine",
    "Prepared",
    "prepare",
    "referee_members",
]
