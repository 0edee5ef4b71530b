"""The audit's tables: their columns in order, and the invented organisations."""

from __future__ import annotations

REFERRALS = ("consultant_paediatrician", "paediatric_neurologist", "epilepsy_specialist_nurse")
FORM_FLAGS = (
    "registration_complete",
    "first_paediatric_assessment_complete",
    "assessment_complete",
    "epilepsy_context_complete",
    "multiaxial_diagnosis_complete",
    "investigations_complete",
    "management_complete",
)
PLAN_CONTENTS = (
    "individualised_care_plan_parental_prolonged_seizure_care",
    "individualised_care_plan_include_first_aid",
    "individualised_care_plan_addresses_water_safety",
    "individualised_care_plan_includes_service_contact_details",
    "individualised_care_plan_includes_general_participation_risk",
    "individualised_care_plan_addresses_sudep",
)
COLUMNS: dict[str, tuple[str, ...]] = {
    "children": (
        "child_id",
        "sex",
        "date_of_birth",
        "ethnicity",
        "imd_quintile",
        "first_paediatric_assessment_date",
        "eligibility_criteria_met",
        "cohort",
        "completed_first_year_of_care_date",
        "registered_org",
        "current_lead_org",
        *FORM_FLAGS,
    ),
    "assessment": (
        "child_id",
        "record_exists",
        "childrens_epilepsy_surgical_service_referral_criteria_met",
        "consultant_paediatrician_referral_made",
        "paediatric_neurologist_referral_made",
        "childrens_epilepsy_surgical_service_referral_made",
        "epilepsy_specialist_nurse_referral_made",
        *(f"{who}_{what}" for who in REFERRALS for what in ("referral_date", "input_date")),
    ),
    "investigations": (
        "child_id",
        "record_exists",
        "eeg_indicated",
        "twelve_lead_ecg_status",
        "ct_head_scan_status",
        "mri_indicated",
        "mri_brain_requested_date",
        "mri_brain_reported_date",
    ),
    "epilepsy_context": (
        "child_id",
        "record_exists",
        "were_any_of_the_epileptic_seizures_convulsive",
        "diagnosis_of_epilepsy_withdrawn",
    ),
    "multiaxial_diagnosis": (
        "child_id",
        "record_exists",
        "syndrome_present",
        "mental_health_screen",
        "mental_health_issue_identified",
    ),
    "management": (
        "child_id",
        "record_exists",
        "has_an_aed_been_given",
        "has_rescue_medication_been_prescribed",
        "individualised_care_plan_in_place",
        "individualised_care_plan_has_parent_carer_child_agreement",
        "has_individualised_care_plan_been_updated_in_the_last_year",
        *PLAN_CONTENTS,
        "individualised_care_plan_includes_ehcp",
        "has_support_for_mental_health_support",
    ),
    "medicines": (
        "child_id",
        "medicine_name",
        "is_rescue",
        "start_date",
        "pregnancy_prevention_programme_in_place",
        "annual_risk_form_completed",
    ),
    "episodes": ("child_id", "status", "onset_type", "generalised_onset", "focal_onset_myoclonic"),
    "syndromes": ("child_id", "syndrome_name"),
    "sites": ("child_id", "ods_code", "actively_involved", "primary_centre"),
    "organisations": (
        "ods_code",
        "name",
        "trust",
        "local_health_board",
        "icb",
        "nhs_england_region",
        "open_uk_network",
        "country",
    ),
}
SYNDROMES_WITHOUT_MRI = (
    "Self-limited epilepsy with centrotemporal spikes",
    "Juvenile myoclonic epilepsy",
    "Juvenile absence epilepsy",
    "Childhood absence epilepsy",
    "Epilepsy with generalized tonic–clonic seizures alone",
)
# Names that only look like those above, and others.
OTHER_SYNDROMES = (
    "Epilepsy with generalized tonic-clonic seizures alone",
    "juvenile myoclonic epilepsy",
    "Infantile epileptic spasms syndrome",
    "Dravet syndrome",
)


def organisations() -> list[dict[str, str]]:
    """Return invented hospitals: trusts of two, a network that spans the border, one hospital of neither country."""
    rows = []
    for number in range(1, 17):
        rows.append(
            {
                "ods_code": f"EN{number:03}",
                "name": f"Hospital {number}",
                "trust": f"ET{(number + 1) // 2:02}",
                "local_health_board": "",
                "icb": f"ICB{(number + 3) // 4}",
                "nhs_england_region": "North" if number <= 8 else "South",
                "open_uk_network": ("Upper", "Middle", "Border")[(number - 1) // 6],
                "country": "England",
            }
        )
    for number in range(1, 6):
        rows.append(
            {
                "ods_code": f"WA{number:03}",
                "name": f"Hospital {number} in Wales",
                "trust": "",
                "local_health_board": f"LHB{(number + 1) // 2}",
                "icb": "",
                "nhs_england_region": "",
                "open_uk_network": "Border",
                "country": "Wales",
            }
        )
    rows.append(
        dict.fromkeys(COLUMNS["organisations"], "")
        | {"ods_code": "JE001", "name": "Island hospital", "country": "Jersey"}
    )
    return rows
