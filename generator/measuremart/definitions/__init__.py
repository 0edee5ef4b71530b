"""The definition language: one module a layer, everything typed, frozen and located."""
