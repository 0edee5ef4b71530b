"""A small vocabulary with invented plain names and codes: no text of a licensed vocabulary is used."""

from collections.abc import Iterator

from benchmarks.synthetic_omop import codes as c

Row = tuple[int, str, str, str, tuple[int, ...]]

# concept, name, domain, code, parents
CONCEPTS: list[Row] = [
    (c.FEMALE, "Female", "Gender", "SEX-F", ()),
    (c.MALE, "Male", "Gender", "SEX-M", ()),
    (c.SEX_UNKNOWN, "Sex not known", "Gender", "SEX-U", ()),
    (c.FROM_RECORD, "From a care record", "Type Concept", "TYP-1", ()),
    (c.FROM_REGISTRY, "From a registry", "Type Concept", "TYP-2", ()),
    (c.CONFIRMED, "Sure", "Condition Status", "STA-1", ()),
    (c.PRELIMINARY, "Suspected", "Condition Status", "STA-2", ()),
    (c.CARE, "Whole course of one disease", "Episode", "EPI-1", ()),
    (c.REGIMEN, "Plan of treatment", "Episode", "EPI-2", ()),
    (c.CYCLE, "Round of treatment", "Episode", "EPI-3", ()),
    (c.OPERATION, "Operation as a treatment", "Episode", "EPI-6", ()),
    (c.METASTATIC, "Time with spread", "Episode", "EPI-4", ()),
    (c.PROGRESSION, "Time of growth", "Episode", "EPI-5", ()),
    (c.OUTPATIENT, "Clinic visit", "Visit", "VIS-1", ()),
    (c.INPATIENT, "Hospital stay", "Visit", "VIS-2", ()),
    (c.FAMILY_DOCTOR, "Family doctor visit", "Visit", "VIS-3", ()),
    (c.URGENT_REFERRAL, "Family doctor visit, sent on urgently", "Visit", "VIS-4", (c.FAMILY_DOCTOR,)),
    (c.GENERALIST, "Family doctor", "Provider", "DOC-1", ()),
    (c.CANCER_DOCTOR, "Doctor for cancer medicines", "Provider", "DOC-2", ()),
    (c.RAY_DOCTOR, "Doctor for ray treatment", "Provider", "DOC-3", ()),
    (c.LUNG_DOCTOR, "Doctor for lungs", "Provider", "DOC-4", ()),
    (c.LUNG_NURSE, "Nurse for lung tumours", "Provider", "DOC-5", ()),
    (c.LUNG, "Lung tumour", "Condition", "LNG-0", ()),
    (c.LUNG_UNSTATED, "Lung tumour, kind not stated", "Condition", "LNG-1", (c.LUNG,)),
    (c.NON_SMALL, "Lung tumour of larger cells", "Condition", "LNG-2", (c.LUNG,)),
    (c.GLAND, "Lung tumour of larger cells, gland forming", "Condition", "LNG-21", (c.NON_SMALL,)),
    (c.FLAT, "Lung tumour of larger cells, flat cells", "Condition", "LNG-22", (c.NON_SMALL,)),
    (c.SMALL, "Lung tumour of small cells", "Condition", "LNG-3", (c.LUNG,)),
    (c.SMALL_MIXED, "Lung tumour of small cells, mixed", "Condition", "LNG-31", (c.SMALL,)),
    (c.CARCINOID, "Lung tumour, slow growing", "Condition", "LNG-4", (c.LUNG,)),
    (c.LINING[0], "Lining tumour", "Condition", "MESA", ()),
    (c.LINING[1], "Lining tumour, spindle cells", "Condition", "MESB", ()),
    (c.LINING[2], "Lining tumour, round cells", "Condition", "MESC", ()),
    (c.LINING[3], "Lining tumour, both cells", "Condition", "MESD", ()),
    (c.BREAST, "Breast tumour", "Condition", "BRE-0", ()),
    (c.BOWEL, "Bowel tumour", "Condition", "BOW-0", ()),
    (c.KIDNEY, "Kidney tumour", "Condition", "KID-0", ()),
    (c.SPREAD, "Spread of a tumour", "Condition", "SPR-0", ()),
    (c.SPREAD_BRAIN, "Spread to the brain", "Condition", "SPR-1", (c.SPREAD,)),
    (c.SPREAD_LIVER, "Spread to the liver", "Condition", "SPR-2", (c.SPREAD,)),
    (c.SPREAD_BONE, "Spread to bone", "Condition", "SPR-3", (c.SPREAD,)),
    (c.SPREAD_LUNG, "Spread to a lung", "Condition", "SPR-4", (c.SPREAD,)),
    (c.SPREAD_LUNG_RIGHT, "Spread to the right lung", "Condition", "SPR-41", (c.SPREAD_LUNG,)),
    (c.SPREAD_LUNG_LEFT, "Spread to the left lung", "Condition", "SPR-42", (c.SPREAD_LUNG,)),
    (c.SPREAD_LUNG_BOTH, "Spread to both lungs", "Condition", "SPR-43", (c.SPREAD_LUNG,)),
    (c.SPREAD_LUNG_LINING, "Spread to the lung lining", "Condition", "SPR-44", (c.SPREAD,)),
    (c.SPREAD_FOUND, "Spread, where is not said", "Measurement", "SPR-5", ()),
    (c.AIRWAY, "Lasting airway disease", "Condition", "OTH-1", ()),
    (c.PRESSURE, "High blood pressure", "Condition", "OTH-2", ()),
    (c.SUGAR, "High blood sugar", "Condition", "OTH-3", ()),
    (c.STAGES[0], "Stage one", "Measurement", "STG-1", ()),
    (c.STAGES[1], "Stage two", "Measurement", "STG-2", ()),
    (c.STAGES[2], "Stage three", "Measurement", "STG-3", ()),
    (c.STAGES[3], "Stage four", "Measurement", "STG-4", ()),
    (c.CLINICAL_STAGES[0], "Stage one, by examination", "Measurement", "STG-1C", (c.STAGES[0],)),
    (c.CLINICAL_STAGES[1], "Stage two, by examination", "Measurement", "STG-2C", (c.STAGES[1],)),
    (c.CLINICAL_STAGES[2], "Stage three, first part", "Measurement", "STG-3C", (c.STAGES[2],)),
    (c.CLINICAL_STAGES[3], "Stage four, by examination", "Measurement", "STG-4C", (c.STAGES[3],)),
    (c.STAGE_IB, "Stage one, second part", "Measurement", "STG-1B", (c.STAGES[0],)),
    (c.STAGE_IIA, "Stage two, first part", "Measurement", "STG-2A", (c.STAGES[1],)),
    (c.MICROSCOPE_STAGE, "Stage seen under the microscope", "Measurement", "STG-M", ()),
    (c.MICROSCOPE_STAGES[0], "Stage one, microscope", "Measurement", "STG-1M", (c.STAGES[0], c.MICROSCOPE_STAGE)),
    (c.MICROSCOPE_STAGES[1], "Stage two, microscope", "Measurement", "STG-2M", (c.STAGES[1], c.MICROSCOPE_STAGE)),
    (c.MICROSCOPE_STAGES[2], "Stage three, microscope", "Measurement", "STG-3M", (c.STAGES[2], c.MICROSCOPE_STAGE)),
    (c.MICROSCOPE_STAGES[3], "Stage four, microscope", "Measurement", "STG-4M", (c.STAGES[3], c.MICROSCOPE_STAGE)),
    (c.ECOG, "Fitness score, zero to four", "Measurement", "ECO-1", ()),
    (c.LUNG_FUNCTION, "Breath test, share of expected", "Measurement", "FEV-1", ()),
    (c.PERCENT, "Percent", "Unit", "UNI-1", ()),
    (c.TISSUE_RESULT, "Result of a tissue sample", "Measurement", "TIS-0", ()),
    (c.TISSUE_CANCER, "Cancer seen", "Meas Value", "TIS-1", ()),
    (c.TISSUE_CLEAR, "No cancer seen", "Meas Value", "TIS-2", ()),
    (c.TISSUE_UNSURE, "Cannot tell", "Meas Value", "TIS-3", ()),
    (c.GENE_TEST, "Test of a tumour's genes", "Measurement", "GEN-0", ()),
    (c.GENE_CHANGE, "A change was found", "Meas Value", "GEN-1", ()),
    (c.GENE_NO_CHANGE, "No change was found", "Meas Value", "GEN-2", ()),
    (c.GENE_TOO_LITTLE, "Too little tissue", "Meas Value", "GEN-3", ()),
    (c.SMOKING, "Smoking habit", "Observation", "SMO-0", ()),
    (c.SMOKES, "Smokes now", "Meas Value", "SMO-1", ()),
    (c.SMOKED, "Smoked before", "Meas Value", "SMO-2", ()),
    (c.NEVER_SMOKED, "Never smoked", "Meas Value", "SMO-3", ()),
    (c.SMOKING_UNKNOWN, "Smoking not known", "Meas Value", "SMO-4", ()),
    (c.REFERRAL_LETTER, "Letter from the family doctor", "Observation", "REF-1", ()),
    (c.PALLIATIVE_REFERRAL, "Sent to comfort care", "Observation", "REF-2", ()),
    (c.TEAM_MEETING, "Team meeting about a person", "Procedure", "MDT-1", ()),
    (c.TRIAL, "Clinical trial", "Observation", "TRI-1", ()),
    (c.DECLINED, "The person said no", "Observation", "DEC-0", ()),
    (c.DECLINED_TREATMENT, "No to treatment", "Meas Value", "DEC-1", ()),
    (c.DECLINED_TESTS, "No to tests", "Meas Value", "DEC-2", ()),
    (c.INTENT, "What a treatment is for", "Observation", "INT-0", ()),
    (c.INTENT_CURE, "To cure", "Observation", "INT-1", ()),
    (c.INTENT_BEFORE, "Before the main treatment", "Observation", "INT-2", ()),
    (c.INTENT_RELIEF, "To relieve", "Observation", "INT-3", ()),
    (c.SPECIALIST_TALK, "Talk with a cancer specialist", "Procedure", "TAL-1", ()),
    (c.NURSE_TALK, "Talk with a nurse for lung tumours", "Procedure", "TAL-2", ()),
    (c.CHEST_OPERATION, "Chest operation", "Procedure", "OPE-0", ()),
    (c.LOBE_REMOVAL, "Removal of a lobe", "Procedure", "OPE-1", (c.CHEST_OPERATION,)),
    (c.LUNG_REMOVAL, "Removal of a lung", "Procedure", "OPE-2", (c.CHEST_OPERATION,)),
    (c.WEDGE_REMOVAL, "Removal of a wedge", "Procedure", "OPE-3", (c.CHEST_OPERATION,)),
    (c.CHEST_INSPECTION, "Look inside the chest", "Procedure", "OPE-4", (c.CHEST_OPERATION,)),
    (c.CHEST_INSPECTION_SAMPLE, "Look inside the chest, sample", "Procedure", "OPE-41", (c.CHEST_INSPECTION,)),
    (c.RADIOTHERAPY, "Ray treatment", "Procedure", "RAY-0", ()),
    (c.RADIOTHERAPY_CURE, "Ray treatment to cure", "Procedure", "RAY-1", (c.RADIOTHERAPY, c.INTENT_CURE)),
    (c.RADIOTHERAPY_COMFORT, "Ray treatment for comfort", "Procedure", "RAY-2", (c.RADIOTHERAPY,)),
    (c.HEAT_TREATMENT, "Heat treatment of a tumour", "Procedure", "HEA-1", ()),
    (c.TISSUE_SAMPLE, "Tissue sample taken", "Procedure", "SAM-1", ()),
    (c.AIRWAY_STENT, "Airway stent", "Device", "DEV-1", ()),
    (c.WALKING_AID, "Walking aid", "Device", "DEV-2", ()),
    (c.CANCER_MEDICINES, "Cancer medicines", "Drug", "MED-0", ()),
    (c.CELL_STOPPERS, "Medicines that stop cells", "Drug", "MED-1", (c.CANCER_MEDICINES,)),
    (c.IMMUNE, "Medicines that wake defences", "Drug", "MED-2", (c.CANCER_MEDICINES,)),
    (c.HORMONES, "Medicines against hormones", "Drug", "MED-3", (c.CANCER_MEDICINES,)),
    (c.CISPLATIN, "cisplatin", "Drug", "MED-11", (c.CELL_STOPPERS,)),
    (c.CARBOPLATIN, "carboplatin", "Drug", "MED-12", (c.CELL_STOPPERS,)),
    (c.ETOPOSIDE, "etoposide", "Drug", "MED-13", (c.CELL_STOPPERS,)),
    (c.PACLITAXEL, "paclitaxel", "Drug", "MED-14", (c.CELL_STOPPERS,)),
    (c.PEMBROLIZUMAB, "pembrolizumab", "Drug", "MED-21", (c.IMMUNE,)),
    (c.TAMOXIFEN, "tamoxifen", "Drug", "MED-31", (c.HORMONES,)),
    (c.ONDANSETRON, "ondansetron", "Drug", "MED-9", ()),
]

# Vocabularies do not always list a concept among its own ancestors.
WITHOUT_SELF_ROW = {c.SMALL, c.STAGES[3], c.INTENT_CURE, c.SPREAD_LUNG}

CODES = {concept: code for concept, _, _, code, _ in CONCEPTS}


def ancestors() -> Iterator[tuple[int, int, int, int]]:
    """Ancestor, descendant, fewest and most steps between them; itself included, but for a few."""
    parents = {concept: above for concept, _, _, _, above in CONCEPTS}
    for concept in sorted(parents):
        steps = {} if concept in WITHOUT_SELF_ROW else {concept: (0, 0)}
        level, above = 1, parents[concept]
        while above:
            for ancestor in above:
                least, _ = steps.get(ancestor, (level, level))
                steps[ancestor] = (least, level)
            level, above = level + 1, tuple(dict.fromkeys(p for a in above for p in parents[a]))
        for ancestor, (least, most) in sorted(steps.items()):
            yield ancestor, concept, least, most


def relationships() -> Iterator[tuple[int, int, str]]:
    """Each concept with its parents, both ways."""
    for concept, _, _, _, above in CONCEPTS:
        for parent in above:
            yield concept, parent, "Is a"
            yield parent, concept, "Subsumes"
