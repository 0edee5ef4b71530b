"""Wilson's score interval of a proportion, as macros/scalar/wilson.sql computes it."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from math import sqrt

Z_95 = 1.959963985
_PLACES = Decimal("0.000001")


def wilson_95(met: int, eligible: int) -> tuple[Decimal, Decimal] | None:
    """Return the lower and upper limit of the 95% interval of met / eligible, None where nobody is eligible.

    E. B. Wilson, JASA 22 (1927) 209-212, in the form of the technical guidance of OHID (England) on confidence
    intervals, to six places like the marts.
    """
    if eligible == 0:
        return None
    centre = 2 * met + Z_95**2
    reach = Z_95 * sqrt(Z_95**2 + 4 * met * (1 - met / eligible))
    scale = 2 * (eligible + Z_95**2)
    lower, upper = max(0.0, (centre - reach) / scale), min(1.0, (centre + reach) / scale)
    return _rounded(lower), _rounded(upper)


def _rounded(value: float) -> Decimal:
    return Decimal(value).quantize(_PLACES, ROUND_HALF_UP)
