"""ETSI trusted lists (TS 119 612): XML in which a member state names the trust services that it supervises.

The list is the operator's own choice, so that its signature is not judged; the states of its services are.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from datetime import datetime
from typing import Any

_GRANTED = frozenset(
    {
        *("granted", "recognisedatnationallevel"),  # since July 2016
        *("undersupervision", "supervisionincessation", "accredited"),  # before
    }
)
_ISSUES_CERTIFICATES = ("/svctype/ca/", "/svctype/tsa")
"""Kinds of services whose certificates vouch for signers and for time stamps; the others sign answers on
revocation, archives, deliveries."""
_NOT_SERVICES = frozenset({"Signature", "OtherTSLPointer", "ServiceHistory"})
"""Who signed the list, where other lists are and who signs those, what a service was in former times."""


def parsed(data: bytes) -> Any:
    """The list's root element; None for XML that is damaged. Nothing is fetched, no entity is filled in."""
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True
    )
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def listed_certificates(root: Any) -> Iterator[bytes]:
    """The certificates (DER) of the services that are granted now."""
    for element in root.iter("{*}X509Certificate"):
        above = {_local(parent): parent for parent in element.iterancestors()}
        if _NOT_SERVICES & above.keys() or not _vouches(above.get("ServiceInformation")):
            continue
        try:
            yield base64.b64decode("".join((element.text or "").split()), validate=True)
        except binascii.Error:
            continue


def next_update(root: Any) -> datetime | None:
    """Until when the list is in force; None where it does not say, or was closed."""
    for element in root.iter("{*}NextUpdate"):
        text = "".join(element.itertext()).strip()
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            return None
        return moment if moment.tzinfo else None
    return None


def _vouches(service: Any) -> bool:
    """A service of which nothing is said is taken for one that does."""
    status = _said(service, "ServiceStatus")
    kind = _said(service, "ServiceTypeIdentifier")
    return (not status or status.rpartition("/")[2] in _GRANTED) and (
        not kind or any(part in kind for part in _ISSUES_CERTIFICATES)
    )


def _said(service: Any, tag: str) -> str:
    found = service.find(f"{{*}}{tag}") if service is not None else None
    return "".join(found.itertext()).strip().rstrip("/").lower() if found is not None else ""


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]
