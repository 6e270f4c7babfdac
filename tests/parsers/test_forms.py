"""The form definitions: complete, told apart, replaceable by an operator, and precise when broken."""

from __future__ import annotations

import os
from pathlib import Path
from typing import get_args

import pytest

from parsers.forms import FormDefinitionError, dump_form, load_forms, parse_form
from parsers.types import FormDef, Kind, Required

MINIMAL = """
kind = "formulaire_2"
version = "2026-01"
[titles]
fr = ["Formulaire d'accès"]
[[fields]]
id = "matricule"
type = "matricule"
required = "always"
wordings = "matricule"
"""

# The table of the specification: id, type, required, choices.
FIELDS = {
    "formulaire_1": """
        type_personne choice always morale|physique
        denomination_sociale company morale
        ceo_nom person morale
        ceo_prenom person morale
        nom person physique
        prenom person physique
        matricule matricule always
        rcs rcs morale_lu
        numero_tva vat morale
        iban iban always
        email email always
        adresse text always
        pays country always
        participation_vague_1 bool never
        date_signature date always
        signataire person never""",
    "formulaire_2": """
        denomination company_or_person always
        matricule matricule always
        code_prestataire code_prestataire always
        ehealth_id ehealth_id always
        ehealth_actif bool never
        mysecu_actif bool always
        matricule_mysecu matricule always
        email email always
        nom_logiciel text never
        mode_integration choice always econnector_ng|acces_direct
        date_signature date always
        signataire person always""",
    "formulaire_3": """
        denomination company_or_person always
        matricule matricule always
        nom_logiciel text always
        version_logiciel text always
        type_demande choice always nouvelle|mise_a_jour_majeure
        mode_integration choice always econnector_ng|acces_direct
        services choices always remboursement|pid_v2
        date_tests date always
        contact_technique person never
        email email always
        date_signature date always
        signataire person never""",
    "formulaire_4": """
        denomination company_or_person always
        matricule matricule always
        nom_logiciel text always
        version_logiciel text always
        type_client choice always prestataire|maison_medicale|etablissement_hospitalier|centre_flexible
        nom_client text always
        code_prestataire_client code_prestataire prestataire
        nombre_postes int collective
        date_raccordement date always
        reference_transaction text never
        responsable person collective
        date_signature date always
        signataire person always""",
    "bon_de_livraison": """
        denomination company_or_person always
        type_client choice always prestataire|maison_medicale|etablissement_hospitalier|centre_flexible
        nom_client text always
        nombre_postes int always
        prestataires table never
        date_livraison date always
        responsable person always""",
    "nda": """
        denomination company_or_person always
        matricule matricule never
        signataire person never
        date_signature date always""",
}


def definition(kind: str) -> FormDef:
    form = load_forms().for_kind(kind)
    assert form is not None
    return form


@pytest.mark.parametrize("kind", FIELDS)
def test_each_form_has_exactly_the_specified_fields(kind: str) -> None:
    rows = [
        " ".join([field.id, field.type, field.required, "|".join(field.choices)]).strip()
        for field in definition(kind).fields
    ]
    assert rows == [row.strip() for row in FIELDS[kind].strip().splitlines()]


def test_the_delivery_notes_table_has_its_three_columns() -> None:
    table = definition("bon_de_livraison").field("prestataires")
    assert table is not None
    assert [(column.id, column.type) for column in table.columns] == [
        ("nom", "person"),
        ("code_prestataire", "code_prestataire"),
        ("postes", "int"),
    ]


def test_every_kind_that_can_be_recognised_has_a_definition_with_titles_in_three_languages() -> None:
    forms = {form.kind: form for form in load_forms().all()}
    assert set(forms) == set(get_args(Kind)) - {"other", "unreadable"}
    for form in forms.values():
        assert set(form.titles) == {"fr", "de", "en"}, form.kind
        assert set(form.cues) == {"fr", "de", "en"}, form.kind


def test_every_field_and_choice_has_wordings_in_three_languages_none_twice() -> None:
    for form in load_forms().all():
        columns = [column for table in form.fields for column in table.columns]
        for field in [*form.fields, *columns]:
            wordings = [field.labels, *field.choice_labels.values()]
            for labels in wordings:
                assert set(labels) == {"fr", "de", "en"}, f"{form.kind}.{field.id}"
                for texts in labels.values():
                    assert texts, f"{form.kind}.{field.id}"
                    assert len({text.casefold() for text in texts}) == len(texts), f"{form.kind}.{field.id}"
            expected = {"true", "false"} if field.type == "bool" else set(field.choices)
            assert set(field.choice_labels) == expected, f"{form.kind}.{field.id}"


def test_the_nda_and_formulaire_2_must_be_signed_and_the_parties_places_are_known() -> None:
    required = {form.kind for form in load_forms().all() if form.signature_required}
    assert required == {"nda", "formulaire_2"}
    assert set(definition("nda").signature_labels) == {"industriel", "aes"}
    assert set(definition("bon_de_livraison").signature_labels) == {"client", "industriel"}


def test_the_issued_nda_keeps_the_documentation_to_its_industriel() -> None:
    clauses = definition("nda").clauses
    assert len(clauses) == 11
    assert any("destinée uniquement à ce même Industriel" in clause for clause in clauses)
    assert all("\n" in clause for clause in clauses), "each clause has a heading and a text"


def test_a_conditional_field_names_a_condition_that_exists() -> None:
    used = {field.required for form in load_forms().all() for field in form.fields}
    assert used == set(get_args(Required))


def test_kinds_without_a_form_have_no_definition() -> None:
    assert load_forms().for_kind("other") is None


def test_loading_again_reads_nothing_again() -> None:
    assert load_forms() is load_forms()


# An operator's folder


def test_a_newer_version_comes_into_force_and_the_older_stays_known(tmp_path: Path) -> None:
    (tmp_path / "officiel.toml").write_text(MINIMAL, encoding="utf-8")
    book = load_forms(tmp_path)
    current = book.for_kind("formulaire_2")
    assert current is not None
    assert current.version == "2026-01"
    assert [form.version for form in book.versions("formulaire_2")] == ["2026-01", "2025-04"]
    assert [form.kind for form in book.all()] == [form.kind for form in load_forms().all()]


def test_the_same_version_replaces_the_shipped_one(tmp_path: Path) -> None:
    (tmp_path / "f2.toml").write_text(MINIMAL.replace("2026-01", "2025-04"), encoding="utf-8")
    versions = load_forms(tmp_path).versions("formulaire_2")
    assert [len(form.fields) for form in versions] == [1]


def test_an_older_version_is_known_but_not_in_force(tmp_path: Path) -> None:
    (tmp_path / "f2.toml").write_text(MINIMAL.replace("2026-01", "2024-12"), encoding="utf-8")
    book = load_forms(tmp_path)
    assert [form.version for form in book.versions("formulaire_2")] == ["2025-04", "2024-12"]


@pytest.mark.parametrize(
    ("older", "newer"), [("9", "10"), ("2025-04", "2025-10"), ("v1", "v1.1"), ("2", "2b")]
)
def test_versions_compare_as_people_count(tmp_path: Path, older: str, newer: str) -> None:
    for name, version in (("a", newer), ("b", older)):
        text = MINIMAL.replace("2026-01", version).replace("formulaire_2", "other")
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    assert [form.version for form in load_forms(tmp_path).versions("other")] == [newer, older]


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "f2.toml"
    file.write_text(MINIMAL, encoding="utf-8")
    load_forms(tmp_path)
    file.write_text(MINIMAL.replace("2026-01", "2026-02"), encoding="utf-8")
    os.utime(file, ns=(1, 1))
    assert load_forms(tmp_path).versions("formulaire_2")[0].version == "2026-02"


def test_an_operators_wordings_replace_the_shipped_set(tmp_path: Path) -> None:
    (tmp_path / "wordings.toml").write_text('[matricule.labels]\nfr = ["Identifiant"]\n', encoding="utf-8")
    form = load_forms(tmp_path).for_kind("formulaire_1")
    assert form is not None
    matricule = form.field("matricule")
    assert matricule is not None
    assert matricule.labels == {"fr": ("Identifiant",)}


@pytest.mark.parametrize(
    ("change", "key", "expected"),
    [
        (('kind = "formulaire_2"', 'kind = "formulaire_9"'), "kind", "formulaire_1"),
        (('version = "2026-01"', ""), "version", "missing"),
        (('type = "matricule"', 'type = "number"'), "fields.0.type", "'matricule'"),
        (('required = "always"', 'required = "yes"'), "fields.0.required", "'always'"),
        (('required = "always"', 'mandatory = "always"'), "fields.0.mandatory", "no such key"),
        (('wordings = "matricule"', 'wordings = "matricul"'), "fields.0.wordings", "wordings.toml"),
        (('wordings = "matricule"', ""), "fields.matricule.labels", "at least one label"),
        (('type = "matricule"', 'type = "choice"'), "fields.matricule.choices", "choices"),
        (('type = "matricule"', 'type = "table"'), "fields.matricule.columns", "columns"),
        (('wordings = "matricule"', 'wordings = "oui_non"'), "fields.matricule.choice_labels.true", "none"),
        (('fr = ["Formulaire d\'accès"]', "fr = []"), "titles", "at least one title"),
        (("[titles]", "[titles"), "(syntax)", "TOML"),
        (("[[fields]]", "[fields]"), "fields", "a list of tables"),
        (
            ("[titles]", "[signature_labels]\nnotaire.fr = ['x']\n[titles]"),
            "signature_labels.notaire",
            "client",
        ),
    ],
)
def test_a_broken_definition_says_which_file_which_key_and_what_was_expected(
    tmp_path: Path, change: tuple[str, str], key: str, expected: str
) -> None:
    text = MINIMAL.replace(*change)
    # A field without labels would hide what is wrong with its type.
    if "wordings" in text and "choice_labels" in key:
        text += 'labels.fr = ["Matricule"]\n'
    (tmp_path / "broken.toml").write_text(text, encoding="utf-8")
    with pytest.raises(FormDefinitionError) as caught:
        load_forms(tmp_path)
    assert caught.value.file.endswith("broken.toml")
    assert caught.value.key == key
    assert expected in caught.value.expected
    assert key in str(caught.value)


def test_an_id_stands_once() -> None:
    twice = MINIMAL + '[[fields]]\nid = "matricule"\ntype = "text"\nlabels.fr = ["Matricule bis"]\n'
    with pytest.raises(FormDefinitionError, match="each id once"):
        parse_form(twice, "x.toml", {"matricule": {"labels": {"fr": ["Matricule"]}}})


def test_two_files_of_one_version_are_refused(tmp_path: Path) -> None:
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text(MINIMAL, encoding="utf-8")
    with pytest.raises(FormDefinitionError, match=r"b\.toml: version"):
        load_forms(tmp_path)


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FormDefinitionError, match="a folder"):
        load_forms(tmp_path / "nowhere")


@pytest.mark.parametrize("kind", [*FIELDS, "facture"])
def test_a_definition_survives_being_written_and_read(kind: str) -> None:
    form = definition(kind)
    assert parse_form(dump_form(form), "dumped.toml", {}) == form


def test_writing_escapes_what_toml_would_misread() -> None:
    odd = definition("nda").model_copy(update={"clauses": ('a "quote", a \\ and a\ttab\nand a line\x7f',)})
    assert parse_form(dump_form(odd), "dumped.toml", {}) == odd
