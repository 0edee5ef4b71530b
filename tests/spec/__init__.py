"""The specification by example: small tables in, members out, the same for the referee and every engine."""
