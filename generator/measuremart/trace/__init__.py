"""Why a person is in an indicator or a measure, or is not: from what was built, down to the source's events."""
