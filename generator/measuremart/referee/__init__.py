"""The reference evaluator: a plan over rows in memory, obvious rather than fast (semantics.md is its only source)."""

from __future__ import annotations

from measuremart.referee.evaluate import Referee
from measuremart.referee.results import Result
from measuremart.referee.world import Dropped, Member, World

__all__ = ["Dropped", "Member", "Referee", "Result", "World"]
