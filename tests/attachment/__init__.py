"""The attachment of events to episodes: the models' own SQL on both engines, beside plain rules and cases by hand."""
