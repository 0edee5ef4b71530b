"""The OpenAPI is true: schemathesis asks every address, with what is allowed and with what is not."""

from collections.abc import Mapping
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from measuremart.pipeline import Read
from measuremart.warehouse.reading import Readings
from measuremart.web.app import application
from measuremart.web.site import Site

pytestmark = pytest.mark.xdist_group("web")
# Half of what is asked for by name is there: made-up names alone would be answered 404 all the time.
KNOWN = {
    "report": ("epilepsy12", "lung_mdt"),
    "indicator": ("ecg", "mdt_discussion", "sodium_valproate"),
    "measure": ("ecg", "mdt_discussion"),
    "level": ("organisation", "trust", "country"),
    "entity": ("EN001", "T1", "Wales"),
    "period": ("cohort_6", "2024", "all_time"),
    "period-name": ("cohort_6", "2024", "all_time"),
}


def known(given: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Put a name that there is in place of a made-up one, by what was made up."""
    if given is None:
        return None
    found = dict(given)
    for name, names in KNOWN.items():
        if isinstance(found.get(name), str) and len(found[name]) % 2 == 0:
            found[name] = names[sum(map(ord, found[name])) % len(names)]
    return found


@pytest.fixture
def openapi(readings: Readings, read: Read) -> Any:
    app = application(Site(read, readings, None, ("testserver", "localhost")))
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", app)

    @schema.hook
    def map_path_parameters(context: Any, path_parameters: Any) -> Any:
        return known(path_parameters)

    @schema.hook
    def map_query(context: Any, query: Any) -> Any:
        return known(query)

    return schema


schema = schemathesis.pytest.from_fixture("openapi")


@schema.parametrize()
@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_no_fault_and_no_answer_that_is_not_described(case: Any) -> None:
    case.call_and_validate()
