"""The command line: exit codes, what stands on stdout, what is refused. Servers: tests/integration."""

from __future__ import annotations

import io
import json
import sqlite3
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from mailbot.cli import app
from mailbot.demo.filling import filled_pdf
from outbox_templates.blanks import BLANK_KINDS, blank_bytes

ROOT = Path(__file__).resolve().parents[2]
CONFIG = """
[imap]
host = "127.0.0.1"
port = 1
security = "none"
username = "support@incert.test"
password_env = "MAILBOT_TEST_PASSWORD"
timeout_seconds = 2
[smtp]
host = "127.0.0.1"
port = 1
security = "none"
from = "support@incert.test"
save_sent = "none"
[parties]
aes_address = "aes@esante.example"
[automation]
settle_minutes = 0
"""
CSV = """\
matricule;denomination;mail;code_prestataire;enrolement;logiciel;version;labelisation;client;raccordement
20142406897;Medisoft S.à r.l.;direction@medisoft.example;123456-78;validé;MediPraxis;4.2;labélisé;;
20142406897;;;;;MediPraxis;4.2;;Cabinet Exemple;payé
1893120105732;Jean Exemple;jean@exemple.example;;ouvert;;;;;
"""
_WORDS_ONLY = b"""\
From: a@logiciel.example
To: support@incert.test
Subject: Question
Date: Mon, 02 Jun 2025 12:00:00 +0200
Message-ID: <1@logiciel.example>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

Bonjour
"""
Run = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "config.toml").write_text(CONFIG)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MAILBOT_TEST_PASSWORD", "x")
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


@pytest.fixture
def run(folder: Path) -> Run:
    def call(*arguments: str, code: int = 0) -> Result:
        done = CliRunner().invoke(app, list(arguments))
        assert done.exit_code == code, f"{arguments}: {done.exit_code}\n{done.output}\n{done.exception!r}"
        return done

    return call


def said(result: Result) -> Any:
    return json.loads(result.stdout)


# Usage


@pytest.mark.parametrize(
    "arguments",
    [
        ("no-such-command",),
        ("extract",),
        ("extract", "not-there.pdf"),
        ("--now", "yesterday", "calendar"),
        ("--config", "not-there.toml", "queue", "list"),
        ("queue", "show", "7"),
        ("queue", "act", "7", "approve"),
        ("dossier", "show", "SONS2-000001-AAAA"),
        ("contact", "add", "SONS2-000001-AAAA", "a@b.example"),
        ("backup", "."),
    ],
)
def test_what_cannot_be_meant_ends_with_2(run: Run, arguments: tuple[str, ...]) -> None:
    result = run(*arguments, code=2)
    assert result.stdout == ""
    assert result.stderr
    assert "Traceback" not in result.stderr


def test_a_wrong_configuration_names_all_its_problems(run: Run, folder: Path) -> None:
    (folder / "config.toml").write_text(CONFIG.replace("username", "user") + "\n[web]\nlisten = 'x'\n")
    result = run("once", code=2)
    assert "imap.user" in result.stderr
    assert "web.listen" in result.stderr


def test_a_server_that_is_not_there_ends_with_3(run: Run) -> None:
    assert "IMAP server 127.0.0.1:1" in run("once", code=3).stderr


def test_the_clock_is_only_set_on_loopback(run: Run, folder: Path) -> None:
    (folder / "config.toml").write_text(
        CONFIG.replace('host = "127.0.0.1"\nport = 1\nsecurity = "none"', 'host = "mail.example.lu"')
    )
    assert "--now" in run("--now", "2026-01-01", "hold", code=2).stderr
    assert said(run("--now", "2026-01-01", "queue", "list", "--json")) == []


def test_a_time_without_a_zone_is_luxembourgs(run: Run) -> None:
    assert said(run("--now", "2026-06-30T23:59:59", "calendar", "--json"))["steps"]["L3"]["state"] == "open"
    assert said(run("--now", "2026-07-01T00:00:00", "calendar", "--json"))["steps"]["L3"]["state"] == "closed"


# Working directory and documents


def test_init_makes_a_directory_once(run: Run, folder: Path) -> None:
    run("init", "work")
    blanks = sorted(path.name for path in (folder / "work/blank_forms").iterdir())
    assert blanks == sorted(f"{kind}.{fmt}" for kind in BLANK_KINDS for fmt in ("docx", "pdf"))
    assert (folder / "work/templates/fr/accuse_reception/body.txt").is_file()
    text = (folder / "work/config.toml").read_text()
    assert '\nblank_forms_dir = "blank_forms"' in text
    assert '\ntemplates_dir = "templates"' in text
    (folder / "work/config.toml").write_text("mine")
    run("init", "work", code=2)
    assert (folder / "work/config.toml").read_text() == "mine"


CLOSES = (
    '[[date]]\nid="x"\nlabel="x"\ncloses_at=2026-08-01T00:00:00\neffect="closes"\nsteps=["L3"]\nsource="y"\n'
)


def test_the_dates_come_from_a_file_where_one_is_configured(run: Run, folder: Path) -> None:
    (folder / "config.toml").write_text(CONFIG + '[documents]\ncalendar_file = "dates.toml"\n')
    (folder / "dates.toml").write_text(CLOSES)
    shown = said(run("--now", "2026-07-31T23:59:59+02:00", "calendar", "--json"))
    assert shown["steps"]["L3"]["state"] == "open"
    shown = said(run("--now", "2026-08-01T00:00:00+02:00", "calendar", "--json"))
    assert shown["steps"]["L3"]["state"] == "closed"
    (folder / "dates.toml").write_text(CLOSES.replace("closes_at", "opens_at"))
    wrong = run("calendar", code=2)
    assert "dates.toml" in wrong.stderr
    assert "closes_at" in wrong.stderr


def test_extract_prints_a_line_per_file_in_order(run: Run, folder: Path) -> None:
    (folder / "f2.pdf").write_bytes(blank_bytes("formulaire_2"))
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4\nnothing")
    (folder / "nda.docx").write_bytes(blank_bytes("nda", "docx"))
    lines = run("extract", "f2.pdf", "broken.pdf", "nda.docx", "--json").stdout.splitlines()
    documents = [json.loads(line) for line in lines]
    assert [(d["file"], d["kind"]) for d in documents] == [
        ("f2.pdf", "formulaire_2"),
        ("broken.pdf", "unreadable"),
        ("nda.docx", "nda"),
    ]
    assert documents[0]["filled"] is False
    assert documents[1]["problems"]


def test_extract_names_a_mail_in_which_there_is_no_document(run: Run, folder: Path) -> None:
    (folder / "words.eml").write_bytes(_WORDS_ONLY)
    [line] = run("extract", "words.eml", "--json").stdout.splitlines()
    said = json.loads(line)
    assert (said["file"], said["kind"]) == ("words.eml", "other")
    assert [problem["code"] for problem in said["problems"]] == ["empty"]


def test_extract_loads_no_server_library(folder: Path) -> None:
    program = (
        "import sys; from mailbot.cli import main\n"
        "sys.argv = ['mailbot', 'extract', 'f1.pdf', '--json']\n"
        "try: main()\nexcept SystemExit: pass\n"
        "servers = {'sqlalchemy', 'imapclient', 'aiosmtplib', 'msal', 'jinja2'}\n"
        "print(sorted(servers & set(sys.modules)), file=sys.stderr)"
    )
    (folder / "f1.pdf").write_bytes(blank_bytes("formulaire_1"))
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert json.loads(done.stdout)["kind"] == "formulaire_1"
    assert done.stderr.splitlines()[-1] == "[]"
    assert time.monotonic() - begun < 20  # far above the second it takes: this machine may be busy


def test_explain_works_where_no_store_exists_and_makes_none(run: Run, folder: Path) -> None:
    mail = b"From: a@b.example\nSubject: Bonjour\nMessage-ID: <1@b>\n\nQuand ferme la labelisation ?\n"
    (folder / "mail.eml").write_bytes(mail)
    result = said(run("explain", "mail.eml", "--json"))
    assert (result["decision"], result["dossier"], result["case"]) == ("queue", None, None)
    assert {e["code"] for e in result["exceptions"]} >= {"question"}
    assert sorted(path.name for path in folder.iterdir()) == ["config.toml", "mail.eml"]


def test_explain_ignores_machines(run: Run, folder: Path) -> None:
    mail = b"From: a@b.example\nAuto-Submitted: auto-replied\nSubject: Absent\nMessage-ID: <1@b>\n\nAbsent\n"
    (folder / "mail.eml").write_bytes(mail)
    assert said(run("explain", "mail.eml", "--json"))["decision"] == "ignore"


# Dossiers


@pytest.fixture
def imported(run: Run, folder: Path) -> list[str]:
    """Two Industriels from a CSV: their references."""
    (folder / "list.csv").write_text(CSV)
    return list(said(run("--now", "2026-02-01", "dossier", "import", "list.csv", "--json"))["imported"])


def test_import_takes_over_states_versions_and_connections(run: Run, imported: list[str]) -> None:
    first, second = said(run("dossier", "list", "--json"))
    assert [first["reference"], second["reference"]] == imported
    assert first["industriel"] == "Medisoft S.à r.l."
    assert [(c["case"].rpartition("/")[2], c["state"]) for c in first["cases"]] == [
        ("E", "valide"),
        ("L1", "labelise"),
        ("R1", "valide"),
    ]
    assert second["cases"][0]["state"] == "ouvert"


def test_importing_twice_changes_nothing(run: Run, imported: list[str]) -> None:
    again = said(run("dossier", "import", "list.csv", "--json"))
    assert (again["imported"], again["known"]) == ([], 2)
    assert len(said(run("dossier", "list", "--json"))) == 2


def test_a_dry_run_lists_every_problem_by_line_and_stores_nothing(run: Run, folder: Path) -> None:
    (folder / "list.csv").write_text(
        CSV.replace("labélisé", "peut-être").replace("1893120105732", "1893120105733")
    )
    result = run("dossier", "import", "list.csv", "--dry-run", "--json", code=1)
    problems = {(p["line"], p["column"]) for p in said(result)["problems"]}
    assert {(2, "labelisation"), (4, "matricule")} <= problems
    assert not (folder / "var").exists()
    run("dossier", "import", "list.csv", code=2)
    assert said(run("dossier", "list", "--json")) == []


def test_a_line_tells_all_its_cells_that_are_wrong(run: Run, folder: Path) -> None:
    (folder / "list.csv").write_text("matricule;iban;enrolement\n123;LU00;bidon\n")
    problems = said(run("dossier", "import", "list.csv", "--dry-run", "--json", code=1))["problems"]
    assert [(p["line"], p["column"]) for p in problems] == [(2, "matricule"), (2, "iban"), (2, "enrolement")]


def test_a_new_version_of_an_imported_label_needs_no_access_of_its_own(run: Run, imported: list[str]) -> None:
    labelled = said(run("dossier", "show", imported[0], "--json"))["cases"][1]
    assert labelled["state"] == "labelise"
    assert labelled["facts"]["access_at"] == labelled["facts"]["labelled_at"]


def test_an_unknown_column_is_not_lost_unseen(run: Run, folder: Path) -> None:
    (folder / "list.csv").write_text("matricule;couleur\n1893120105732;bleu\n")
    assert "couleur" in run("dossier", "import", "list.csv", code=2).stderr


def test_a_dossier_is_shown_and_exported(run: Run, imported: list[str], folder: Path) -> None:
    shown = said(run("dossier", "show", imported[0].lower(), "--json"))
    assert shown["registered"]["matricule"] == "20142406897"
    assert [h["what"] for h in shown["history"]] == ["imported"]
    run("dossier", "export", imported[0])
    with zipfile.ZipFile(folder / f"{imported[0]}.zip") as archive:
        assert json.loads(archive.read("index.json"))["reference"] == imported[0]
    run("dossier", "export", imported[0], "--case", "L9", code=2)


def test_the_list_for_spreadsheets_has_a_line_per_case(run: Run, imported: list[str]) -> None:
    lines = run("dossier", "list", "--csv").stdout.splitlines()
    assert lines[0].startswith("reference;industriel;")
    assert len(lines) == 1 + 3 + 1


def test_a_contact_is_added_once(run: Run, imported: list[str]) -> None:
    run("contact", "add", imported[0], "Adjointe@Medisoft.example")
    run("contact", "add", imported[0], "adjointe@medisoft.example")
    assert said(run("contact", "list", imported[0], "--json"))["contacts"] == ["adjointe@medisoft.example"]
    run("contact", "add", imported[0], "not an address", code=2)


def test_documents_that_came_by_post_are_decided(run: Run, imported: list[str], folder: Path) -> None:
    values = {"denomination": "Jean Exemple", "date_signature": "2026-01-30"}
    (folder / "nda.pdf").write_bytes(filled_pdf("nda", values, signed_by=("industriel",)))
    entered = said(run("--now", "2026-02-02", "dossier", "add", imported[1], "nda.pdf", "--json", code=1))
    assert entered["dossier"] == imported[1]
    shown = said(run("dossier", "show", imported[1], "--json"))
    assert [m["subject"] for m in shown["mails"]] == [f"Documents saisis : nda.pdf [{imported[1]}]"]
    assert [o["template"] for o in shown["outbox"]] == ["elements_manquants"]
    asked = [e for e in said(run("queue", "list", "--json")) if "question" in e["codes"]]
    assert asked == [], "the words are mailbot's own"


def test_an_arrival_in_the_future_is_refused(run: Run, imported: list[str], folder: Path) -> None:
    (folder / "nda.pdf").write_bytes(blank_bytes("nda"))
    arguments = ("dossier", "add", imported[0], "nda.pdf", "--received", "2026-02-03")
    run("--now", "2026-02-02", *arguments, code=2)


# Operations


def test_announcing_tells_each_enrolled_industriel_once(run: Run, imported: list[str], folder: Path) -> None:
    own = folder / "docs" / imported[0]
    own.mkdir(parents=True)
    (own / "guide.pdf").write_bytes(b"guide")
    call = ("--now", "2026-02-02", "announce", "--note", "Nouveau code", "--attach-dir", "docs", "--json")
    told = said(run(*call, code=1))  # the SMTP server is not there: the mail stays due
    assert [(t["reference"], t["state"], t["renewed"]) for t in told] == [(imported[0], "sent", ["L1"])]
    shown = said(run("dossier", "show", imported[0], "--json"))
    assert [(o["template"], o["to"]) for o in shown["outbox"]] == [
        ("mise_a_jour_exigences", "direction@medisoft.example")
    ]
    assert {c["case"][-2:]: c["state"] for c in shown["cases"]}["L1"] == "a_renouveler"
    assert said(run(*call, code=0))[0]["state"] == "again"


def test_documentation_of_nobody_stops_an_announcement(run: Run, imported: list[str], folder: Path) -> None:
    (folder / "docs" / "SONS2-999999-ZZZZ").mkdir(parents=True)
    run("announce", "--note", "x", "--attach-dir", "docs", code=2)
    assert said(run("stats", "--json"))["outbox"] == {}


def test_a_backup_is_whole_and_on_hold(run: Run, imported: list[str], folder: Path) -> None:
    run("backup", "copy")
    with sqlite3.connect(folder / "copy/mailbot.db") as database:
        assert database.execute("SELECT value FROM switches WHERE name = 'hold'").fetchone() == ("1",)
        assert database.execute("SELECT count(*) FROM dossiers").fetchone() == (2,)
    assert (folder / "copy/reference.key").read_bytes() == (folder / "var/reference.key").read_bytes()
    run("backup", "copy", code=2)


def test_a_changed_history_is_found(run: Run, imported: list[str], folder: Path) -> None:
    run("audit", "verify")
    with sqlite3.connect(folder / "var/mailbot.db") as database:
        database.execute("UPDATE history SET actor = 'nobody'")
    assert "history" in run("audit", "verify", code=1).stderr


def test_who_looked_or_exported_stands_in_the_trail(run: Run, imported: list[str], folder: Path) -> None:
    run("dossier", "show", imported[0])
    run("dossier", "export", imported[0])
    run("queue", "show", "1", code=2)  # there is none: nothing was looked at
    with sqlite3.connect(folder / "var/mailbot.db") as database:
        rows = database.execute("SELECT what, actor, dossier_id FROM history ORDER BY id").fetchall()
    looked = [row for row in rows if row[0] in ("viewed", "exported")]
    assert [(row[0], row[2]) for row in looked] == [("viewed", 1), ("exported", 1)]
    assert all(row[1] for row in looked)


def test_a_backup_can_be_put_back_by_its_command(run: Run, imported: list[str], folder: Path) -> None:
    run("backup", "copy")
    assert "move it away" in run("restore", "copy", code=2).stderr
    for name in ("var", "config.toml"):
        (folder / name).rename(folder / f"lost-{name}")
    put_back = said(run("restore", "copy", "--json"))
    assert (put_back["history_broken_at"], put_back["mails_damaged"]) == (None, [])
    assert len(said(run("dossier", "list", "--json"))) == 2
    with sqlite3.connect(folder / "var/mailbot.db") as database:
        assert database.execute("SELECT value FROM switches WHERE name = 'hold'").fetchone() == ("1",)


def test_a_purge_can_be_looked_at_before(run: Run, imported: list[str], folder: Path) -> None:
    with (folder / "config.toml").open("a") as config:
        config.write("[retention]\ndossier_days = 30\n")
    counted = said(run("--now", "2027-01-01", "purge", "--dry-run", "--json"))
    assert counted["dossiers"] == 2
    assert said(run("--now", "2027-01-01", "purge", "--json"))["dossiers"] == 2
    assert [d["email"] or "" for d in said(run("dossier", "list", "--json"))] == ["", ""]
    run("audit", "verify")


def test_hold_stays_until_resume(run: Run) -> None:
    run("hold")
    run("resume")
    what = run("audit", "verify", "--json")
    assert said(what)["history_broken_at"] is None


def test_reminders_can_be_looked_at_before(run: Run, imported: list[str]) -> None:
    assert said(run("--now", "2026-02-01", "remind", "--dry-run", "--json")) == []


def test_the_texts_can_be_looked_at(run: Run, folder: Path) -> None:
    run("templates", "preview", "--out", "preview.html")
    assert "<html" in (folder / "preview.html").read_text()


def test_check_says_what_is_wrong_and_looks_at_the_rest(run: Run) -> None:
    result = run("check", code=3)
    assert "IMAP server" in result.stderr
    assert "SMTP server" in result.stderr
    assert "blank forms" in result.stdout
    assert "every digital signature waits for a person" in result.stdout + result.stderr


# Form definitions


def test_the_definitions_fit_the_blanks(run: Run) -> None:
    kinds = {form["kind"] for form in said(run("forms", "list", "--json"))}
    assert set(BLANK_KINDS) <= kinds
    run("forms", "check")


@pytest.mark.parametrize("name", ["formulaire_1.pdf", "formulaire_3.docx"])
def test_a_learnt_definition_can_be_used(run: Run, folder: Path, name: str) -> None:
    kind, _, fmt = name.partition(".")
    (folder / name).write_bytes(blank_bytes(kind, "pdf" if fmt == "pdf" else "docx"))
    (folder / "forms").mkdir()
    (folder / "config.toml").write_text(CONFIG + '[documents]\nforms_dir = "forms"\n')
    result = run("forms", "learn", name, "--version", "2027-01", "--out", "forms/new.toml")
    assert "not found" not in result.stderr
    learnt, shipped = [f for f in said(run("forms", "list", "--json")) if f["kind"] == kind]
    assert learnt["version"] == "2027-01"
    assert learnt["fields"] == shipped["fields"]
    run("forms", "learn", name, "--version", "2027-01", code=2)


def test_an_agreement_with_another_text_is_refused_until_it_was_learnt(run: Run, folder: Path) -> None:
    official = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(blank_bytes("nda", "docx"))) as old,
        zipfile.ZipFile(official, "w") as new,
    ):
        for name in old.namelist():
            new.writestr(name, old.read(name).replace("cinq années".encode(), "sept années".encode()))
    for part in ("blank_forms", "forms"):
        (folder / part).mkdir()
    (folder / "blank_forms" / "nda.docx").write_bytes(official.getvalue())
    keys = 'forms_dir = "forms"\nblank_forms_dir = "blank_forms"\n'
    (folder / "config.toml").write_text(f'{CONFIG}blank_format = "docx"\n[documents]\n{keys}')
    assert "nda.docx: its articles are not those" in run("forms", "check", code=2).stderr
    learnt = run("forms", "learn", "blank_forms/nda.docx", "--version", "2027-01", "--out", "forms/nda.toml")
    assert "compared with 11 articles" in learnt.stderr
    run("forms", "check")


def test_what_is_no_form_is_not_learnt(run: Run, folder: Path) -> None:
    (folder / "notes.pdf").write_bytes(b"%PDF-1.4 nothing")
    run("forms", "learn", "notes.pdf", code=2)


@pytest.mark.parametrize("command", ["check", "once", "calendar"])
def test_somebody_elses_package_of_our_name_is_told(folder: Path, command: str) -> None:
    (folder / "other" / "rules").mkdir(parents=True)
    (folder / "other" / "rules" / "__init__.py").touch()
    done = subprocess.run(
        [sys.executable, "-m", "mailbot.cli", command],
        cwd=folder,
        env={"PYTHONPATH": f"{folder / 'other'}:{ROOT}", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "another package named rules stands in the way" in done.stderr
    assert "Traceback" not in done.stderr
