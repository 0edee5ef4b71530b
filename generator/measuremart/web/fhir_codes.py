"""The codes of FHIR R4 that reports are written with, and the populations that the statuses of keys count for.

Populations: FHIR Quality Measure Implementation Guide 2.0.0 (hl7.org/fhir/uv/cqm), proportion scoring. There the
denominator holds its exclusions and exceptions, and the score is numerator / (denominator - exclusions - exceptions):
here met / (met + not met), which is the rate.
"""

from __future__ import annotations

FHIR_VERSION = "4.0.1"
MEDIA_TYPE = "application/fhir+json"
POPULATION = "http://terminology.hl7.org/CodeSystem/measure-population"
IMPROVEMENT = "http://terminology.hl7.org/CodeSystem/measure-improvement-notation"
ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
SUBSETTED = {"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "SUBSETTED"}
UCUM = "http://unitsofmeasure.org"
# The statuses of the keys that a population counts. `unresolved` is in no population of FHIR but the first: nobody
# knows whether its key is in the denominator, or in the numerator.
POPULATIONS: dict[str, tuple[str, ...]] = {
    "initial-population": ("met", "not_met", "exception", "unresolved", "excluded", "ineligible"),
    "denominator": ("met", "not_met", "exception", "excluded"),
    "denominator-exclusion": ("excluded",),
    "denominator-exception": ("exception",),
    "numerator": ("met",),
}
# What a publication shows: who was due the care, without exclusions and exceptions, and who got it.
PUBLISHED: dict[str, str] = {"denominator": "eligible", "numerator": "met"}
# Counted beside them with a code of our own: the binding of R4 is extensible.
OWN_POPULATIONS = ("unresolved", "ineligible")
DAYS_POPULATION = "measure-population"
TITLES = {
    "initial-population": "Initial Population",
    "denominator": "Denominator",
    "denominator-exclusion": "Denominator Exclusion",
    "denominator-exception": "Denominator Exception",
    "numerator": "Numerator",
    "measure-population": "Measure Population",
    "unresolved": "Unresolved",
    "ineligible": "Ineligible",
}
NOTATIONS = {
    "higher": ("increase", "Increased score indicates improvement"),
    "lower": ("decrease", "Decreased score indicates improvement"),
}
