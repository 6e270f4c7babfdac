"""Old text formats become Word files by a program of their own; whatever it does, there is an answer."""

from __future__ import annotations

import io
import os
import select
import shutil
import time
import zipfile
from pathlib import Path

import pytest

from mailbot.adapters import reading
from mailbot.adapters.workers import WorkerReaders
from parsers.types import Document, ReadOptions
from tests.parsers.form_builder import blank, controls
from tests.parsers.specimens import READ, TYPED

RTF = b"{\\rtf1 Bonjour}"
_ROW = r"\trowd\cellx4000\cellx9000 {label}\intbl\cell {value}\intbl\cell\row "
_RTF_FORM = (
    r"{\rtf1\ansi {\b Formulaire d'accès à l'environnement de test}\par "
    + "".join(
        _ROW.replace("{label}", label).replace("{value}", value)
        for label, value in (
            ("Dénomination de l'Industriel", "Ardoise Médicale S.à r.l."),
            ("Code prestataire", r"{\deleted 654321-00}123456-78"),
            ("Nom du logiciel", "Cabinet Facile"),
        )
    )
    + "}"
)


def program(folder: Path, script: str) -> str:
    """A stand-in for soffice: a shell script that gets the same arguments."""
    path = folder / "soffice"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def converting(folder: Path, made: bytes) -> str:
    """One that makes that Word file of all, as `--outdir OUT FILE` asks, and writes down its arguments."""
    (folder / "made.docx").write_bytes(made)
    return program(
        folder,
        f'echo "$@" > {folder}/called; cp -r profile {folder}/profile\n'
        'while [ "$1" != --outdir ]; do shift; done\n'
        f'mkdir -p "$2" && cp {folder}/made.docx "$2/document.docx" && cp "$3" {folder}/given',
    )


def read(name: str, data: bytes, soffice: str | None, seconds: float = 60) -> Document:
    options = ReadOptions(ocr=False, libreoffice=soffice, seconds=seconds)
    [document] = reading.read_file(name, data, options)
    return document


def odt(manifest: str = "<manifest/>", **members: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        package.writestr("META-INF/manifest.xml", manifest)
        for name, text in members.items():
            package.writestr(name.replace("__", "/"), text)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "given"), [("f.rtf", RTF, "document.rtf"), ("f.odt", odt(), "document.odt")]
)
def test_a_form_in_an_old_format_is_read(tmp_path: Path, name: str, data: bytes, given: str) -> None:
    made = controls(blank("formulaire_2.docx"), TYPED["formulaire_2"])
    document = read(name, data, converting(tmp_path, made))
    assert {k: v.value for k, v in document.fields.items()} == READ["formulaire_2"]
    assert (document.kind, document.file, document.problems) == ("formulaire_2", name, ())
    assert not document.media_type.endswith(".document"), "it is what was sent, not what was made of it"
    assert (tmp_path / "given").read_bytes() == data
    called = (tmp_path / "called").read_text()
    assert "--headless" in called
    assert f"/{given}" in called


def test_its_profile_is_its_own_and_runs_no_macros(tmp_path: Path) -> None:
    read("f.rtf", RTF, converting(tmp_path, blank("formulaire_2.docx")))
    settings = (tmp_path / "profile" / "user" / "registrymodifications.xcu").read_text()
    assert '"DisableMacrosExecution" oor:op="fuse"><value>true<' in settings


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ("exit 0", "damaged"),
        ("kill -SEGV $$", "damaged"),
        ('while [ "$1" != --outdir ]; do shift; done; mkdir "$2"; : > "$2/document.docx"', "damaged"),
    ],
)
def test_a_program_that_makes_nothing_is_a_problem(tmp_path: Path, script: str, code: str) -> None:
    document = read("f.rtf", RTF, program(tmp_path, script))
    assert (document.kind, [p.code for p in document.problems]) == ("unreadable", [code])


def test_a_program_that_hangs_is_ended_with_what_it_started(tmp_path: Path) -> None:
    started = time.monotonic()
    soffice = program(tmp_path, f"sleep 50 & echo $! > {tmp_path}/child; wait")
    document = read("f.rtf", RTF, soffice, seconds=2)
    assert [p.code for p in document.problems] == ["timeout"]
    assert time.monotonic() - started < 10
    assert ends(int((tmp_path / "child").read_text()))


def ends(pid: int) -> bool:
    """Whether that process is dead or dies of the signal it was sent; nobody need have waited for it."""
    try:
        watched = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([watched], [], [], 10)[0])
    finally:
        os.close(watched)


def test_without_the_program_another_format_is_asked_for(tmp_path: Path) -> None:
    assert [p.code for p in read("f.rtf", RTF, None).problems] == ["unsupported"]
    assert [p.code for p in read("f.rtf", RTF, str(tmp_path / "none")).problems] == ["unsupported"]


def test_locked_files_and_macros_are_told_before_any_program_runs(tmp_path: Path) -> None:
    locked = read("f.odt", odt("<manifest><encryption-data/></manifest>"), str(tmp_path / "none"))
    assert [p.code for p in locked.problems] == ["encrypted"]
    with_macros = read("f.odt", odt(Basic__Standard__Module1_xml="Sub A"), None)
    assert [p.code for p in with_macros.problems] == ["macro", "unsupported"]


def test_it_works_inside_a_reading_process(tmp_path: Path) -> None:
    soffice = converting(tmp_path, controls(blank("formulaire_2.docx"), TYPED["formulaire_2"]))
    assert shutil.which(soffice)
    with WorkerReaders(lambda: ReadOptions(ocr=False, libreoffice=soffice), seconds=40) as readers:
        [document] = readers.read_file("f.rtf", RTF)
    assert document.kind == "formulaire_2"


@pytest.mark.skipif(shutil.which("soffice") is None, reason="not run: LibreOffice is not installed")
def test_the_real_program_works_within_a_readers_bounds() -> None:
    options = ReadOptions(ocr=False, libreoffice="soffice", seconds=100)
    with WorkerReaders(lambda: options, seconds=110) as readers:
        [document] = readers.read_file("f.rtf", _RTF_FORM.encode("cp1252"))
    assert (document.kind, document.problems) == ("formulaire_2", ())
    assert {key: value.value for key, value in document.fields.items()} == {
        "denomination": "Ardoise Médicale S.à r.l.",
        "code_prestataire": "123456-78",
        "nom_logiciel": "Cabinet Facile",
    }
