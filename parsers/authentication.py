"""What our own mail server found about a sender: Authentication-Results (RFC 8601), SPF, DKIM, DMARC.

Anybody can write such a header into a mail. Believed is only the topmost one that carries our server's
id, and only while nothing but our own server's Received fields stands above it.
"""

from __future__ import annotations

import re
from typing import Literal

import authres

from parsers.mail import headers
from parsers.types import Claim, Message

Verdict = Literal["pass", "fail", "none"]


class AuthVerdict(Claim):
    """`pass`: the domain of From is proven; `fail`: disproven; `none`: nobody said anything to rely on.

    `dmarc`, `spf` and `dkim` are the results as our server wrote them, empty where it wrote none;
    `domain` is that of the From address.
    """

    verdict: Verdict = "none"
    dmarc: str = ""
    spf: str = ""
    dkim: str = ""
    domain: str = ""
    reason: str = ""


Result = tuple[str, str, dict[str, str]]
"""Method, result and properties such as `header.from`."""


def authentication(message: Message, authserv_id: str) -> AuthVerdict:
    """The verdict on the sender of a mail, from what the server named `authserv_id` wrote into it."""
    domain = message.sender.email.rpartition("@")[2] if message.sender else ""
    if not domain:
        return AuthVerdict(reason="no sender's address")
    if not authserv_id.strip():
        return AuthVerdict(domain=domain, reason="no authserv-id is configured")
    header = _believed(message, authserv_id.strip().lower())
    if header is None:
        return AuthVerdict(domain=domain, reason=f"no Authentication-Results of {authserv_id} to rely on")
    results = _results(header)
    dmarc, spf, dkim = (_first(results, method) for method in ("dmarc", "spf", "dkim"))
    verdict, reason = _judge(results, domain, message)
    return AuthVerdict(verdict=verdict, dmarc=dmarc, spf=spf, dkim=dkim, domain=domain, reason=reason)


def _judge(results: list[Result], domain: str, message: Message) -> tuple[Verdict, str]:
    froms = message.headers.get("from", ())
    domains = {address.email.rpartition("@")[2] for address in headers.addresses(froms)}
    if len(froms) > 1 or len(domains) > 1:
        return "fail", "several senders: it cannot be told which one was checked"
    for method, result, properties in results:
        if method == "dmarc" and result == "pass":
            proven = properties.get("header.from", domain)
            if proven != domain:
                return "fail", f"DMARC was checked for {proven}, not for {domain}"
            return "pass", "dmarc=pass"
        if method == "dmarc" and result == "fail":
            return "fail", "dmarc=fail"
    for method, result, properties in results:
        if method == "dkim" and result == "pass":
            signer = properties.get("header.d") or properties.get("header.i", "").rpartition("@")[2]
            if _aligned(signer, domain):
                return "pass", f"dkim=pass for {signer}"
        if method == "spf" and result == "pass":
            envelope = properties.get("smtp.mailfrom", "").rpartition("@")[2]
            if _aligned(envelope, domain):
                return "pass", f"spf=pass for {envelope}"
    bad = ("fail", "hardfail", "policy")
    failed = [f"{method}={result}" for method, result, _ in results if result in bad]
    if failed:
        return "fail", ", ".join(failed)
    return "none", "neither SPF, DKIM nor DMARC speaks for the sender's domain"


def _aligned(one: str, other: str) -> bool:
    """Relaxed alignment (RFC 7489, 3.1.1) without a public suffix list: equal, or one under the other."""
    one, other = one.lower().strip(". "), other.lower().strip(". ")
    if "." not in one or "." not in other:
        return False
    return one == other or one.endswith("." + other) or other.endswith("." + one)


def _believed(message: Message, authserv_id: str) -> str | None:
    """The topmost header of that id, unless a foreign server's Received stands above it."""
    trace = message.headers.get(headers.TRACE)
    if trace is None:
        values = message.headers.get("authentication-results", ())
        trace = tuple(f"authentication-results: {value}" for value in values)
    for line in trace:
        name, _, value = line.partition(": ")
        if name == "received":
            if not _is_ours(value, authserv_id):
                return None
        elif _id_of(value) == authserv_id:
            return value
    return None


def _is_ours(received: str, authserv_id: str) -> bool:
    """Whether our own server wrote a Received field: `by` names it, or a host of the same domain."""
    match = re.search(r"(?:^|\s)by\s+([\w.-]+)", received, re.I)
    if not match:
        return False
    host = match.group(1).lower().strip(".")
    domain = authserv_id.partition(".")[2] if authserv_id.count(".") >= 2 else authserv_id
    return host in (authserv_id, domain, "localhost") or host.endswith("." + domain)


def _id_of(value: str) -> str:
    head = re.sub(r"\([^()]*\)", " ", value.partition(";")[0]).split()
    return head[0].lower().strip(".\"'") if head else ""


def _results(value: str) -> list[Result]:
    """The results of a header; clauses that do not follow the RFC are left out, the others kept."""
    found: list[Result] = []
    server, _, rest = value.partition(";")
    for clause in _clauses(rest):
        try:
            parsed = authres.AuthenticationResultsHeader.parse(
                f"Authentication-Results: {_id_of(server) or 'unknown'}; {clause}"
            )
        except Exception:  # noqa: BLE001 - authres raises its own and others on foreign dialects
            found.extend(_plainly(clause))
            continue
        for result in parsed.results:
            properties = {f"{p.type}.{p.name}".lower(): str(p.value or "").lower() for p in result.properties}
            found.append((str(result.method).lower(), str(result.result or "").lower(), properties))
    return found


def _clauses(text: str) -> list[str]:
    """Split at semicolons outside comments and quotes."""
    out: list[str] = []
    current: list[str] = []
    depth, quoted = 0, False
    for char in text:
        if char == '"':
            quoted = not quoted
        elif char == "(" and not quoted:
            depth += 1
        elif char == ")" and not quoted and depth:
            depth -= 1
        if char == ";" and not depth and not quoted:
            out.append("".join(current).strip())
            current = []
        else:
            current.append(char)
    out.append("".join(current).strip())
    return [clause for clause in out if clause and clause.lower() != "none"]


def _plainly(clause: str) -> list[Result]:
    """Microsoft's dialect and the like: `method=result (comment) a.b=c action=none`."""
    bare = re.sub(r"\([^()]*\)", " ", clause)
    match = re.match(r"\s*(dmarc|dkim|spf|arc|iprev)\s*=\s*(\w+)", bare, re.I)
    if not match:
        return []
    properties = {
        k.lower(): v.lower() for k, v in re.findall(r"(?<![\w-])([\w-]+\.[\w-]+)\s*=\s*([^\s;]+)", bare)
    }
    return [(match.group(1).lower(), match.group(2).lower(), properties)]


def _first(results: list[Result], method: str) -> str:
    """The best result of a method: one good DKIM signature among several counts."""
    values = [result for name, result, _ in results if name == method]
    return "pass" if "pass" in values else next(iter(values), "")
