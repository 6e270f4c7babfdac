"""Lays over a painted page what a person fills in by a viewer: the fields of an AcroForm, FreeText notes."""

from __future__ import annotations

import io
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String
from reportlab.pdfbase import pdfmetrics

from scripts.bench_documents.digital.model import Item

_NAMES = {
    "denomination_sociale": ["RaisonSociale", "denomination", "txt_societe", "nom_entreprise"],
    "denomination": ["Industriel", "nom_industriel", "txtDenomination"],
    "ceo_nom": ["CEO_Nom", "nom_dirigeant", "ceoNom"],
    "ceo_prenom": ["CEO_Prenom", "prenom_dirigeant", "ceoPrenom"],
    "numero_tva": ["TVA", "NoTVA", "num_tva"],
    "rcs": ["RCS", "NumeroRCS", "registre_commerce"],
    "nom_logiciel": ["Logiciel", "NomLogiciel", "produit"],
    "version_logiciel": ["Version", "VersionLogiciel"],
    "date_signature": ["Date", "DateSignature", "date_sign"],
    "email": ["Email", "courriel", "adresse_email"],
    "ehealth_id": ["eHealthID", "ehealth"],
    "nom_client": ["Etablissement", "NomClient", "client_nom"],
    "code_prestataire_client": ["CodePrestataireClient", "code_client"],
}


def with_widgets(data: bytes, fields: list[dict[str, Any]], layout: str) -> bytes:
    """The drawn page with the fields of an AcroForm laid over it."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        named: list[Any] = []
        groups: dict[str, Any] = {}
        for number, spec in enumerate(fields, 1):
            item: Item = spec["item"]
            page = pdf.pages[spec["page"]]
            widget = Dictionary(
                Type=Name.Annot, Subtype=Name.Widget, Rect=Array([round(v, 2) for v in spec["rect"]]), F=4
            )
            name = item.name
            if layout == "acro_named":
                name = _NAMES.get(item.name, [item.name])[len(data) % len(_NAMES.get(item.name, [1]))]
                if item.name == "prestataires" or item.name.startswith("prestataires_"):
                    name = item.name
            opaque = f"Text{number}" if spec["kind"] == "text" else f"CheckBox{number}"
            title = name if layout == "acro_named" else opaque
            tip = item.label if layout == "acro_tooltip" else ""
            holder = widget
            if spec["kind"] == "text":
                widget.FT, widget.V = Name.Tx, String(spec["value"])
                widget.T = String(title)
                widget.DA = String("/Helv 9 Tf 0 g")
            elif spec["kind"] == "check":
                state = Name("/Yes" if item.kind == "bool" else "/On")
                widget.FT, widget.T = (
                    Name.Btn,
                    String(
                        title
                        if item.kind == "bool" or layout != "acro_named"
                        else f"{title}_{spec['option'].id}"
                    ),
                )
                widget.V = widget.AS = state if spec["option"].on else Name.Off
                widget.AP = Dictionary(
                    N=Dictionary({str(state): _appearance(pdf, True), "/Off": _appearance(pdf, False)})
                )
                if tip and item.kind != "bool":
                    tip = f"{tip} : {spec['option'].label}"
            else:
                key = item.name
                group = groups.get(key)
                if group is None:
                    group = pdf.make_indirect(
                        Dictionary(
                            FT=Name.Btn, Ff=(1 << 15) | (1 << 14), T=String(title), V=Name.Off, Kids=Array([])
                        )
                    )
                    if tip:
                        group.TU = String(tip)
                    groups[key] = group
                    named.append(group)
                export = spec["option"].id if layout == "acro_named" else f"Choice{len(group.Kids) + 1}"
                state = Name("/" + export)
                widget.AS = state if spec["option"].on else Name.Off
                widget.AP = Dictionary(
                    N=Dictionary({str(state): _appearance(pdf, True), "/Off": _appearance(pdf, False)})
                )
                if spec["option"].on:
                    group.V = state
                widget.Parent = group
                holder = None
            if tip and holder is not None:
                widget.TU = String(tip)
            reference = pdf.make_indirect(widget)
            if holder is None:
                groups[item.name].Kids.append(reference)
            else:
                named.append(reference)
            if "/Annots" not in page.obj:
                page.obj.Annots = Array([])
            page.obj.Annots.append(reference)
        helv = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        pdf.Root.AcroForm = Dictionary(
            Fields=Array(named),
            NeedAppearances=True,
            DA=String("/Helv 0 Tf 0 g"),
            DR=Dictionary(Font=Dictionary(Helv=helv)),
        )
        out = io.BytesIO()
        pdf.save(out)
    return out.getvalue()


def _appearance(pdf: pikepdf.Pdf, on: bool) -> Any:
    stream = pdf.make_stream(b"0 0 10 10 re S" + (b" 1 1 m 9 9 l 1 9 m 9 1 l S" if on else b""))
    stream.Type, stream.Subtype, stream.BBox = Name.XObject, Name.Form, Array([0, 0, 10, 10])
    return stream


def with_notes(data: bytes, notes: list[tuple[int, float, float, str, float]]) -> bytes:
    """The blank page with FreeText notes typed over it, as a viewer without form support lets people do."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        for number, x, y, text, size in notes:
            width = pdfmetrics.stringWidth(text, "Helvetica", size) + 4
            note = Dictionary(
                Type=Name.Annot,
                Subtype=Name.FreeText,
                Contents=String(text),
                F=4,
                DA=String(f"/Helv {size} Tf 0 g"),
                Rect=Array([round(x - 2, 2), round(y - 3, 2), round(x + width, 2), round(y + size + 1, 2)]),
            )
            page = pdf.pages[number]
            if "/Annots" not in page.obj:
                page.obj.Annots = Array([])
            page.obj.Annots.append(pdf.make_indirect(note))
        out = io.BytesIO()
        pdf.save(out)
    return out.getvalue()
