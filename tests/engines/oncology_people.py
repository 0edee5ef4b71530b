"""The persons of the oncology hospital. Ids begin with the person's number; what each is for stands beside it."""

from __future__ import annotations

from oncology_world import (
    AFTER_MAIN,
    BELOW_RAYS,
    CONSULTATION,
    CURE,
    CYCLE,
    GARDENER,
    INTENT,
    LOBE,
    METASTATIC,
    ONCOLOGIST,
    OPERATION,
    OTHER,
    RAYS,
    REFERRAL,
    REGIMEN,
    RELIEF,
    SPREAD,
    STAGE_1,
    STAGE_3,
    Hospital,
)


def hospital() -> Hospital:
    """All persons, and the vocabulary."""
    made = Hospital()
    made.tables["concept_ancestor"].append({"ancestor_concept_id": RAYS, "descendant_concept_id": BELOW_RAYS})
    made.tables["provider"] = [
        {"provider_id": 1, "specialty_concept_id": ONCOLOGIST},
        {"provider_id": 2, "specialty_concept_id": GARDENER},
        {"provider_id": 3, "specialty_concept_id": 0},
    ]
    for fill in (
        _diagnoses,
        _first_episodes,
        _modifiers,
        _treatments,
        _first_treatments,
        _concurrent,
        _intents,
        _visits,
        _waits,
        _odd_waits,
        _after_as_of,
    ):
        fill(made)
    return made


def _diagnoses(h: Hospital) -> None:
    h.person(1)
    h.episode(1, 101, "2024-01-10")
    h.episode(1, 102, "2024-06-01", parent=101, kind=METASTATIC)
    h.episode(1, 103, "2024-02-01", parent=101, kind=REGIMEN)
    h.condition(1, 11, "2024-01-05", link=101)
    h.condition(1, 12, "2024-06-01", link=102)
    h.condition(1, 13, "2024-06-02", link=(101, 102))
    h.condition(1, 14, "2024-02-01")  # by its day
    h.condition(1, 15, "2024-02-20", link=103)  # a harm of the treatment
    h.condition(1, 16)  # nobody knows when


def _first_episodes(h: Hospital) -> None:
    """Two begin on the earliest day; one begins nobody knows when. Person 3's first episode has nothing at all."""
    h.person(2)
    for episode, start in ((201, "2024-03-01"), (203, "2023-05-01"), (202, "2023-05-01"), (200, None)):
        h.episode(2, episode, start)
        h.condition(2, episode, "2024-04-01", link=episode)
    h.procedure(2, 21, LOBE, "2023-04-01", link=201)
    h.procedure(2, 22, LOBE, "2023-07-01", link=202)
    h.person(3)
    h.episode(3, 301, "2020-01-01", "2020-02-01")
    h.episode(3, 302, "2024-01-01")
    h.condition(3, 31, "2024-01-01", link=302)
    h.procedure(3, 32, LOBE, "2024-01-15", link=302)


def _modifiers(h: Hospital) -> None:
    h.person(4)
    h.episode(4, 401, "2023-01-10", "2023-12-31")
    h.episode(4, 402, "2024-03-01")
    h.episode(4, 403, "2024-05-01", parent=402, kind=METASTATIC)
    h.condition(4, 41, "2024-03-01", link=(401, 402))
    h.condition(4, 42)  # belongs to nothing
    h.condition(4, 43, "2024-05-01", link=403)
    h.measurement(4, 441, STAGE_1, "2024-03-02", link=401, modifies="condition 41")
    h.measurement(4, 442, STAGE_3, "2024-08-01", modifies="condition 41")  # a second stage
    h.measurement(4, 443, STAGE_1, "2024-03-03")  # by its day
    h.measurement(4, 444, STAGE_1, "2024-03-04", modifies="condition 11")  # another person's
    h.measurement(4, 445, STAGE_1, "2023-03-05", modifies="procedure 41")  # no condition
    h.measurement(4, 446, STAGE_1, "2024-03-06", modifies="condition 42")
    h.measurement(4, 447, STAGE_1)  # nobody knows when
    h.measurement(4, 448, OTHER, "2024-03-08", modifies="condition 41")  # no stage
    h.measurement(4, 449, STAGE_1, modifies="condition 41")  # nobody knows when, but of what
    h.measurement(4, 451, SPREAD, "2024-05-01", modifies="condition 43")
    h.measurement(4, 452, SPREAD, "2024-09-01", modifies="condition 43")  # a second metastasis
    h.measurement(4, 453, SPREAD, "2023-09-01", link=401)


def _treatments(h: Hospital) -> None:
    h.person(5)
    h.episode(5, 501, "2024-01-10")
    h.episode(5, 502, "2024-06-01", parent=501, kind=METASTATIC)
    h.episode(5, 510, "2024-02-01", "2024-08-01", parent=501, kind=REGIMEN)
    h.episode(5, 511, parent=510, kind=CYCLE)
    h.drug(5, 51, "2024-02-03", "2024-02-05", link=511, route_concept_id=4)
    h.drug(5, 52, "2024-04-01", link=510)  # no end, no route
    h.episode(5, 520, "2024-05-01", "2024-05-20", parent=501, kind=REGIMEN)
    h.drug(5, 53, link=520)
    h.episode(5, 530, parent=501, kind=REGIMEN)
    h.drug(5, 54, link=530)
    h.episode(5, 540, "2024-05-01", parent=501, kind=REGIMEN)  # nothing is linked to it
    h.episode(5, 550, "2024-05-01", parent=501, kind=REGIMEN)
    h.person(50)
    h.drug(50, 55, "2024-05-01", link=550)  # another person's
    h.episode(5, 560, "2024-03-01", parent=501, kind=OPERATION)
    h.drug(5, 56, "2024-03-01", link=560)  # to sleep through it
    h.procedure(5, 57, LOBE, "2024-03-01", "2024-03-02", link=560)
    h.procedure(5, 58, LOBE, "2024-03-09")  # by its day
    h.procedure(5, 59, OTHER, "2024-03-10")
    h.episode(5, 570, "2024-02-20", parent=501, kind=REGIMEN)
    h.procedure(5, 61, RAYS, "2024-03-01", link=570)
    h.procedure(5, 62, BELOW_RAYS, "2024-04-01", "2024-04-10", link=570)
    h.procedure(5, 63, OTHER, "2024-02-01", link=570)
    h.episode(5, 580, parent=501, kind=REGIMEN)  # both
    h.drug(5, 64, "2024-07-01", "2024-07-31", link=580)
    h.procedure(5, 65, RAYS, "2024-07-10", "2024-07-20", link=580)
    h.episode(5, 590, "2024-09-01", kind=REGIMEN)  # no parent
    h.drug(5, 66, "2024-09-02", link=590)
    h.treatment(5, 595, 502, "drug", "2024-06-10")  # of a phase


def _first_treatments(h: Hospital) -> None:
    h.person(6)
    for episode in (601, 602, 603, 604, 605):
        h.episode(6, episode, "2024-01-01")
    h.treatment(6, 611, 601, "rays", "2024-02-01")
    h.treatment(6, 612, 601, "drug", "2024-02-01")
    h.procedure(6, 613, LOBE, "2024-02-01", link=601)
    h.treatment(6, 621, 602, "rays", "2024-02-01")
    h.treatment(6, 622, 602, "drug", "2024-02-01")
    h.treatment(6, 631, 603, "rays", "2024-01-31")
    h.treatment(6, 632, 603, "drug", "2024-02-01")
    h.procedure(6, 642, LOBE, "2024-02-01", link=604)
    h.procedure(6, 641, LOBE, "2024-02-01", link=604)
    h.procedure(6, 651, LOBE, None, link=605)
    h.treatment(6, 652, 605, "rays", "2024-12-01")


def _concurrent(h: Hospital) -> None:
    h.person(7)
    pairs = {
        701: [("2024-02-01", "2024-02-10"), ("2024-02-10", "2024-02-20")],  # share one day
        702: [("2024-02-01", "2024-02-09"), ("2024-02-10", "2024-02-20")],  # the next day
        703: [("2024-02-15", "2024-02-15"), ("2024-02-01", "2024-02-20")],  # one within the other
        704: [("2024-02-15", "2024-02-01"), ("2024-02-10", "2024-02-20")],  # ends before it begins
    }
    for episode, ((start, end), (rays_start, rays_end)) in pairs.items():
        h.episode(7, episode, "2024-01-01")
        h.treatment(7, episode + 10, episode, "drug", start, end)
        h.treatment(7, episode + 20, episode, "rays", rays_start, rays_end)
    for episode in (705, 706, 707, 708):
        h.episode(7, episode, "2024-01-01")
    h.treatment(7, 715, 705, "drug", "2024-02-01")  # nothing but drugs
    h.episode(7, 716, "2024-02-01", parent=706, kind=REGIMEN)  # goes on for all that is known
    h.drug(7, 716, link=716)
    h.treatment(7, 726, 706, "rays", "2024-11-01", "2024-11-02")
    h.treatment(7, 717, 707, "drug", None)  # nobody knows when
    h.treatment(7, 727, 707, "rays", "2024-02-01")
    h.treatment(7, 718, 708, "drug", "2024-01-05", "2024-01-06")  # several: the first that share a day
    h.treatment(7, 738, 708, "drug", "2024-04-01", "2024-04-30")
    h.treatment(7, 728, 708, "drug", "2024-04-01", "2024-04-30")
    h.treatment(7, 748, 708, "rays", "2024-04-20", "2024-05-20")


def _intents(h: Hospital) -> None:
    h.person(8)
    h.episode(8, 801, "2024-01-01")
    for episode in (810, 820, 830, 840, 850, 860):
        h.treatment(8, episode, 801, "drug", "2024-02-01", "2024-02-10")
    for episode in (870, 880):
        h.treatment(8, episode, 801, "rays", "2024-03-01" if episode == 870 else "2024-02-05", "2024-03-10")
    h.episode(8, 811, parent=810, kind=CYCLE)
    h.measurement(8, 81, CURE, "2024-01-20", modifies="episode 811")  # of a cycle
    h.observation(8, 82, INTENT, "2024-01-20", link=820, value_as_concept_id=RELIEF)  # as an answer
    h.measurement(8, 83, CURE, "2024-01-20", modifies="episode 830")  # contradicts the next
    h.measurement(8, 84, RELIEF, "2024-01-21", link=830)
    h.measurement(8, 85, CURE, "2024-01-20", modifies="episode 840")  # agrees with the next, and is said twice
    h.measurement(8, 86, AFTER_MAIN, "2024-01-21", modifies="episode 840")
    h.measurement(8, 87, CURE, "2024-01-22", link=840)
    h.person(80)
    h.measurement(80, 88, CURE, "2024-01-20", modifies="episode 850")  # another person's
    h.measurement(8, 89, RELIEF, "2024-01-20", modifies="condition 860")  # of no treatment
    h.procedure(8, 90, OTHER, "2024-02-28", link=870, modifier_concept_id=RELIEF)  # the prescription
    h.measurement(8, 91, CURE, "2024-02-28", modifies="procedure 880")  # of what was given


def _visits(h: Hospital) -> None:
    h.person(9)
    h.episode(9, 901, "2024-01-01")
    h.episode(9, 902, "2020-01-01", "2020-06-01")
    h.visit(9, 91, "2024-01-05", provider_id=1)
    h.visit(9, 92, "2024-01-06", link=902, provider_id=2)
    h.visit(9, 93, "2024-01-07", provider_id=3)  # no specialty
    h.visit(9, 94, "2024-01-08")  # nobody
    h.visit(9, 95, "2010-01-08", provider_id=1)  # long before


def _waits(h: Hospital) -> None:
    h.person(10, died="2024-03-01")
    h.episode(10, 1001, "2024-01-10")
    h.episode(10, 1002, "2022-01-10", "2022-06-01")  # nothing but a treatment
    h.condition(10, 1003, "2024-01-08", link=1001)
    h.observation(10, 1004, REFERRAL, "2024-01-05")
    h.observation(10, 1005, REFERRAL, "2024-01-09")
    h.visit(10, 1006, "2024-01-20", provider_id=1)
    h.visit(10, 1007, "2024-01-06", provider_id=2)  # no specialist in cancer
    h.observation(10, 1008, CONSULTATION, "2024-01-18")
    h.treatment(10, 1010, 1001, "drug", "2024-02-01", "2024-02-15")
    h.procedure(10, 1011, LOBE, "2024-02-10", link=1001)
    h.treatment(10, 1020, 1002, "rays", "2022-02-01", "2022-02-11")


def _odd_waits(h: Hospital) -> None:
    """Person 11: the other way round. 12: ends are missing. 13: the episode's start is missing."""
    h.person(11, died="2024-01-20")
    h.episode(11, 1101, "2024-01-10")
    h.observation(11, 1102, REFERRAL, "2024-01-15")
    h.visit(11, 1103, "2024-01-15", provider_id=1)
    h.procedure(11, 1104, LOBE, "2024-01-05", "2024-02-01", link=1101)
    h.person(12)
    h.episode(12, 1201, "2024-01-10")
    h.observation(12, 1202, REFERRAL, link=1201)
    h.procedure(12, 1203, LOBE, link=1201)
    h.visit(12, 1204, "2024-01-12", provider_id=1)
    h.person(13)
    h.episode(13, 1301)
    h.condition(13, 1302, "2024-03-02", link=1301)
    h.condition(13, 1303, "2024-03-01", link=1301)
    h.procedure(13, 1304, LOBE, "2024-03-31", link=1301)


def _after_as_of(h: Hospital) -> None:
    """Seen from 1 January 2025, when half of it had not happened."""
    h.person(60, died="2025-01-05")
    h.episode(60, 6001, "2024-06-01")
    h.episode(60, 6009, "2025-01-02")
    h.condition(60, 61, "2024-06-10", link=6001)
    h.episode(60, 6010, "2024-05-01")
    h.condition(60, 62, "2025-01-02", link=6010)  # of an episode that had begun, recorded too late
    h.measurement(60, 63, STAGE_1, "2024-06-11", modifies="condition 62")  # of a condition that is not seen
    h.episode(60, 6002, parent=6001, kind=REGIMEN)
    h.drug(60, 64, "2024-07-01", link=6002, days_supply="28")  # no end: its supply lasts until 28 July
    h.drug(60, 65, "2025-01-02", "2025-02-01", link=6002)
    h.measurement(60, 66, CURE, "2025-01-02", link=6002)  # an intent that nobody had yet
    h.treatment(60, 6003, 6001, "rays", "2025-01-02")
    h.person(61)
    h.episode(61, 6101, "2024-06-01")
    h.condition(61, 67, "2024-06-01", link=6101)
    h.treatment(61, 6102, 6101, "drug", "2025-01-02")  # nothing but a treatment to come
