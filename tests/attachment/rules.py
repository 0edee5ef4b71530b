"""Attachment in plain words (semantics.md 2.6), event by event. It shares nothing with the models."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from attachment.world import CYCLE, DISEASE, REGIMEN, Attached, Episode, Event, Settings, World


class Rules:
    """Attaches the events of a world; `fired` counts which rule decided how often."""

    def __init__(self, world: World, settings: Settings) -> None:
        self.world = world
        self.settings = settings
        # An episode that starts after as_of does not exist yet.
        self.seen = [e for e in world.episodes if e.start is None or e.start <= world.as_of]
        self.episodes = {(e.person, e.id): e for e in self.seen}
        self.fired: Counter[str] = Counter()

    # --- the spine

    def parent(self, episode: Episode) -> Episode | None:
        """Another episode of the same person."""
        if episode.parent is None or episode.parent == episode.id:
            return None
        return self.episodes.get((episode.person, episode.parent))

    def kind(self, episode: Episode) -> str:
        """A disease below a disease is nested; so is what is neither disease nor treatment."""
        if episode.concept in (REGIMEN, CYCLE):
            return "treatment"
        parent = self.parent(episode)
        is_below = parent is not None and parent.concept == DISEASE
        return "disease" if episode.concept == DISEASE and not is_below else "nested"

    def line(self, episode: Episode) -> list[Episode]:
        """The episode, its parent, that one's parent, up to the first episode of care; nothing for a circle."""
        line = [episode]
        while self.kind(line[-1]) != "disease":
            above = self.parent(line[-1])
            if above is None:
                return line
            if above in line:
                return []
            line.append(above)
        return line

    def root(self, episode: Episode) -> Episode | None:
        """The episode of care at the top."""
        line = self.line(episode)
        return line[-1] if line and self.kind(line[-1]) == "disease" else None

    def window(self, root: Episode) -> tuple[dt.date, dt.date] | None:
        """First and last day; nothing without a start."""
        if root.start is None:
            return None
        ends = [self._own_end(root)]
        for other in self.seen:
            belongs = other.person == root.person and self.root(other) == root and self.kind(other) == "nested"
            if belongs and other.start is not None:
                ends.append(self._own_end(other))
        return root.start - dt.timedelta(days=self.settings.attach_days_before), max(ends)

    def _own_end(self, episode: Episode) -> dt.date:
        assert episode.start is not None
        return episode.end or episode.start + dt.timedelta(days=self.settings.attach_days_open)

    # --- events

    def attached(self) -> list[Attached]:
        """All events, once per episode that they belong to."""
        return [row for event in self.world.events for row in self._event(event)]

    def _event(self, event: Event) -> list[Attached]:
        linked = self._linked(event)
        if linked:
            return linked
        if self.settings.attach_by_dates and event.day is not None:
            best = self._best(event.person, event.day)
            if best is not None:
                return [Attached(event.person, event.id, best.id, by="date")]
        reason = self._reason(event)
        self.fired[reason] += 1
        return [Attached(event.person, event.id, None, reason=reason)]

    def _linked(self, event: Event) -> list[Attached]:
        found: list[Attached] = []
        for episode_id in event.links:
            episode = self.episodes.get((event.person, episode_id))
            root = self.root(episode) if episode else None
            if episode is None or root is None:
                self.fired["link that is none"] += 1
                continue
            line = self.line(episode)
            nested = next((e.id for e in line if self.kind(e) == "nested"), None)
            treatment = None
            for above in line:
                if self.kind(above) != "treatment":
                    break
                treatment = above.id
            credited = nested is None or self.settings.credit_nested_to_root
            row = Attached(
                event.person,
                event.id,
                root.id if credited else None,
                nested,
                treatment,
                "link" if credited else None,
                None if credited else "nested_not_credited",
            )
            if row not in found:
                found.append(row)
        if found:
            self.fired["two links" if len(found) > 1 else "one link"] += 1
        return found

    def _best(self, person: int, day: dt.date) -> Episode | None:
        candidates = []
        for root in self.seen:
            if root.person == person and self.kind(root) == "disease":
                window = self.window(root)
                if window and window[0] <= day <= window[1]:
                    candidates.append(root)
        started = [e for e in candidates if e.start and e.start <= day]
        upcoming = [e for e in candidates if e.start and e.start > day]
        if not started:
            if upcoming:
                self.fired["upcoming"] += 1
            return _earliest(upcoming)
        latest = max(e.start for e in started if e.start)
        best = min((e for e in started if e.start == latest), key=lambda e: e.id)
        self.fired["tie"] += sum(e.start == latest for e in started) > 1
        if (day - latest).days >= self.settings.attach_started_days:
            soon = [e for e in upcoming if e.start and (e.start - day).days <= self.settings.attach_upcoming_days]
            if soon:
                self.fired["override"] += 1
                return _earliest(soon)
            self.fired["long ago, none soon" if upcoming else "long ago, none upcoming"] += 1
        else:
            self.fired["lately, one upcoming" if upcoming else "lately"] += 1
        return best

    def _reason(self, event: Event) -> str:
        linked = [e for e in self.seen if e.id in event.links and e.person != event.person]
        if any(self.root(e) for e in linked):
            return "link_to_another_person"
        if not any(e.person == event.person and self.kind(e) == "disease" for e in self.seen):
            return "no_episode"
        if event.day is None:
            return "date_unknown"
        return "outside_every_window" if self.settings.attach_by_dates else "not_linked"


def _earliest(episodes: list[Episode]) -> Episode | None:
    return min(episodes, key=lambda e: (e.start, e.id), default=None)
