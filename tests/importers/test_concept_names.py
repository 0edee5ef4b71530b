"""Names of concepts beside their ids: from a vocabulary beside the configuration, or from a phenotype."""

from pathlib import Path

import pytest
from importers.oa_folders import NEWER, altered, said, translated

ATHENA = 'concept_id\tconcept_name\tdomain_id\n4112853\tMalignant tumour of "breast\tCondition\n9\tOther\tCondition\n'
COMMAS = 'concept_id,domain_id,concept_name\n4112853,Condition,"Malignant, of breast"\n'


@pytest.mark.parametrize(
    ("file", "text", "name"),
    [("CONCEPT.csv", ATHENA, 'Malignant tumour of "breast'), ("concept.csv", COMMAS, "Malignant, of breast")],
)
def test_a_vocabulary_in_the_folder(tmp_path: Path, file: str, text: str, name: str) -> None:
    folder = altered(tmp_path, NEWER)
    (folder / file).write_text(text, encoding="utf-8")
    found = translated(folder)
    assert f"- hierarchy: 4112853  # {name}\n" in found.files["subqueries.yml"]
    assert (file, 0) not in said(found)


def test_a_phenotype_of_one_concept_names_it(tmp_path: Path) -> None:
    folder = altered(
        tmp_path,
        NEWER,
        ("phenotype.csv", "1,Lung cancers,", "3,Breast tumours,\n1,Lung cancers,"),
        ("phenotype_definition.csv", "query_concept_id\n", "query_concept_id\n3,4112853\n"),
    )
    assert "- hierarchy: 4112853  # Breast tumours\n" in translated(folder).files["subqueries.yml"]


@pytest.mark.parametrize("text", ["number,name\n1,x\n", "concept_id\tconcept_name\n\udcff"])
def test_a_vocabulary_that_cannot_be_read_costs_the_names_only(tmp_path: Path, text: str) -> None:
    folder = altered(tmp_path, NEWER)
    (folder / "CONCEPT.csv").write_bytes(text.encode("utf-8", "surrogateescape"))
    found = translated(folder)
    assert found.problems == []
    assert said(found)[("CONCEPT.csv", 0)][0] == "left out"
