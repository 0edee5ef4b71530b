"""What the words of oa-cohorts mean here: targets and date roles (docs/how-to/import-oa-cohorts.md has the reasons)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TargetMeaning:
    """A target of oa-cohorts here.

    `name` is the target, `role` the concept role that its rules read. `numbers` is the target of its scalar rules where
    that is another one. `alike` says that every row is the thing itself (a surgery, a death), so that a rule may ask
    for any row. `concepts` says whether rules may name concepts: where oa-cohorts compares them with something else
    (a regimen's number, the sex of the dead), `instead` says with what. `codes` says whether `substring` reads the code
    of the row's own concept there.
    """

    name: str
    role: str = "concept"
    numbers: str = ""
    alike: bool = False
    instead: str = ""
    codes: bool = False


_NUMBER_OF_REGIMEN = "the number of the regimen or course"
_OF_EPISODE = "the id of the episode"

MEANINGS: dict[str, TargetMeaning] = {
    "dx_any": TargetMeaning("dx_any", codes=True),
    "dx_primary": TargetMeaning("dx_primary", codes=True),
    "dx_first_primary": TargetMeaning("dx_first_primary", codes=True),
    "dx_stage": TargetMeaning("dx_stage"),
    "dx_mets": TargetMeaning("dx_mets"),
    "tx_any": TargetMeaning("tx_any", alike=True),
    "tx_first_line": TargetMeaning("tx_first_line", alike=True),
    "tx_current_episode": TargetMeaning("tx_current_episode", alike=True, instead="the count of regimens"),
    "tx_chemotherapy": TargetMeaning("tx_chemotherapy", alike=True, instead=_NUMBER_OF_REGIMEN),
    "tx_radiotherapy": TargetMeaning("tx_radiotherapy", alike=True, instead=_NUMBER_OF_REGIMEN),
    "tx_surgical": TargetMeaning("tx_surgical", alike=True),
    "tx_concurrent": TargetMeaning("tx_concurrent", alike=True, instead=_OF_EPISODE),
    "intent_rt": TargetMeaning("intent_rt"),
    "intent_sact": TargetMeaning("intent_sact"),
    "intent_concurrent_rt": TargetMeaning("intent_concurrent_rt"),
    "ev_visit": TargetMeaning("ev_visit", role="specialty"),
    "dx_to_tx_window": TargetMeaning("dx_to_tx_window", alike=True, instead=_OF_EPISODE),
    "referral_to_tx_window": TargetMeaning("referral_to_tx_window", alike=True, instead=_OF_EPISODE),
    "referral_to_specialist_window": TargetMeaning(
        "referral_to_specialist_window", alike=True, instead="nothing: that target has no concept"
    ),
    "tx_to_death_window": TargetMeaning("tx_to_death_window", alike=True, instead=_OF_EPISODE),
    "demog_gender": TargetMeaning("person"),
    "demog_death": TargetMeaning("death", alike=True, instead="the sex of the dead"),
    "obs_concept": TargetMeaning("observation"),
    "obs_value": TargetMeaning("observation_value", numbers="observation"),
    "proc_concept": TargetMeaning("procedure"),
    "meas_concept": TargetMeaning("measurement"),
    "meas_value_num": TargetMeaning("measurement"),
    "meas_value_concept": TargetMeaning("measurement_value", numbers="measurement"),
}

# Where oa-cohorts has a table with a date of its own for a word. Any other pair reads the row's own date, as there.
_START = "dt_any dt_current_start dt_stage dt_mets dt_treatment_start dt_concurrent dt_treat dt_rad dt_surg dt_obs"
ROLES: dict[str, str] = {
    **dict.fromkeys(f"{_START} dt_proc_start dt_meas dt_consult dt_death dt_visit".split(), ""),
    "dt_treatment_end": "end",
}
# Between two days: the word says which of the two; any other word is the one that oa-cohorts dates the row by.
FIRST_DAYS = {
    "dx_to_tx_window": "diagnosis",
    "referral_to_tx_window": "referral",
    "referral_to_specialist_window": "referral",
}
WINDOW_ROLES: dict[str, dict[str, str]] = {
    "dx_to_tx_window": {
        "dt_current_start": "diagnosis",
        "dt_treatment_start": "treatment",
        "dt_treat": "treatment",
    },
    "referral_to_tx_window": {
        "dt_obs": "referral",
        "dt_treatment_start": "treatment",
        "dt_treat": "treatment",
    },
    "referral_to_specialist_window": {"dt_obs": "referral", "dt_consult": "specialist", "dt_visit": "specialist"},
    "tx_to_death_window": {"dt_treatment_end": "treatment", "dt_death": "death", "dt_treatment_start": ""},
}
# Words for the days of a numerator or denominator: they belong to an indicator, not to a subquery.
OF_INDICATORS = ("dt_numerator", "dt_denominator")
EPISODES = "episode_of_care"
