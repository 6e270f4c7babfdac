"""What the words of a mail ask for, apart from its forms. The patterns are data: intent.toml."""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from importlib import resources
from typing import Literal

from parsers.mail import quoting
from parsers.mail.changes import read_changes
from parsers.mail.pairs import is_pair, portal_fields
from parsers.remembered import TEXTS_OF_MAILS
from parsers.types import Intent, Message

__all__ = ["portal_fields", "read_changes", "read_intent"]

Said = Literal["courtesy", "major_change", "change_request", "question", "cover", "thanks", "label", "free"]

_TOLERATED_WORDS = 25
"""So much free text beside a cover sentence is a remark; more of it, somebody should read."""
_SIGNATURE_LINES = 14


def read_intent(message: Message) -> Intent:
    """What the sender wants with this mail: its new text, and its subject unless it only answers.

    Free text that is none of the rest is a `question`, because a person must see it.
    """
    said = [(part, _kind(part)) for part in _sentences(message.text)]
    while len(said) > 1 and said[-1][1] == "free" and _is_name(said[-1][0]):
        said.pop()
    subject = message.subject.strip()
    if subject and not quoting.is_reply(subject) and not quoting.is_forward(subject):
        kind = _kind(subject)
        if kind in ("major_change", "change_request", "question"):
            said.insert(0, (subject, kind))
    files = any(not part.decoration for part in message.parts)
    return _weigh(said, files)


def names_a_file(words: str) -> bool:
    """Whether the words say that a file comes with them."""
    return any(_patterns()["file"].search(sentence) for sentence in _sentences(words))


def _weigh(said: list[tuple[str, Said]], files: bool) -> Intent:
    found: dict[Said, list[str]] = {}
    for sentence, kind in said:
        found.setdefault(kind, []).append(sentence)
    if changed := found.get("major_change"):
        return _intent("major_change", 0.85, changed)
    if requested := found.get("change_request"):
        return _intent("change_request", 0.85, requested)
    if asked := found.get("question"):
        return _intent("question", 0.9, asked)
    free = found.get("free", [])
    words = sum(len(sentence.split()) for sentence in free)
    covering = found.get("cover") or (files and found.get("label"))
    if covering and words <= _TOLERATED_WORDS:
        return _intent("cover", 0.8 if free else 0.9, covering)
    if files and free and words <= _TOLERATED_WORDS // 2:
        return _intent("cover", 0.7, free)
    if free:
        return _intent("question", 0.6, free)
    if covering or found.get("label"):
        return _intent("cover", 0.7, covering or found["label"])
    if thanked := found.get("thanks"):
        return _intent("thanks", 0.9, thanked)
    return Intent(kind="empty" if "courtesy" not in found or files else "thanks", confidence=0.9)


def _is_name(line: str) -> bool:
    """A signature without a closing formula: a line of a few capitalised words at the very end."""
    words = line.split()
    return len(words) <= 6 and all(word[0].isupper() or not word[0].isalnum() for word in words)


def _intent(
    kind: Literal["question", "thanks", "change_request", "major_change", "cover"],
    confidence: float,
    sentences: list[str],
) -> Intent:
    return Intent(kind=kind, confidence=confidence, evidence=tuple(s[:200] for s in sentences[:3]))


@lru_cache(maxsize=TEXTS_OF_MAILS)
def _kind(sentence: str) -> Said:
    """What one sentence does. Courtesy first: "if you have questions" asks for nothing.

    Kept: greetings, closings and disclaimers come with every mail.
    """
    patterns = _patterns()
    asks = bool(patterns["question"].search(sentence)) and not patterns["question_not"].search(sentence)
    if patterns["disclaimers"].search(sentence):
        return "courtesy"
    if patterns["courtesy"].search(sentence) and "?" not in sentence:
        return "thanks" if patterns["thanks"].search(sentence) else "courtesy"
    inquires = "?" in sentence and bool(patterns["inquiry"].search(sentence))
    inquires = inquires or (asks and bool(patterns["inquiry"].search(sentence)))
    if patterns["major_change"].search(sentence) and not (asks and "?" in sentence):
        return "major_change"
    changes = patterns["change_request"].search(sentence) and not patterns["change_not"].search(sentence)
    if changes and not inquires:
        return "change_request"
    if asks:
        return "question"
    if patterns["cover"].search(sentence):
        return "cover"
    if patterns["thanks"].search(sentence):
        return "thanks"
    if is_pair(sentence):
        return "label"
    return "free"


def _sentences(text: str) -> list[str]:
    """The sentences of a mail, its wrapped lines joined, without the signature under its closing."""
    lines = _without_signature(text.replace("’", "'").replace("ʼ", "'").split("\n"))
    paragraphs: list[str] = []
    for line in lines:
        bare = line.strip(" \t*_|>-•·–—#=")
        if not bare:
            paragraphs.append("")
        elif paragraphs and paragraphs[-1] and _goes_on(paragraphs[-1], bare):
            paragraphs[-1] += " " + bare
        else:
            paragraphs.append(bare)
    sentences: list[str] = []
    patterns = _patterns()
    for whole in paragraphs:
        greeting = patterns["greeting"].match(whole)
        paragraph = patterns["abbreviation"].sub("\\1\u2024", whole[greeting.end() :] if greeting else whole)
        pieces = re.split(r"(?<=[.!?])\s+(?=[\W\d]{0,40}[A-ZÀ-ÖØ-Þ])|(?<=[?])\s+", paragraph)
        said = (piece.replace("\u2024", ".").strip() for piece in pieces)
        sentences.extend(sentence for sentence in said if re.search(r"\w", sentence))
    return sentences[:400]


def _goes_on(before: str, line: str) -> bool:
    """Whether a line is the rest of the one before: that was wrapped, and nothing new begins."""
    wrapped = len(before) > 55 and before[-1] not in ".!?:;," and not is_pair(line)
    return wrapped or line[0].islower()


def _without_signature(lines: list[str]) -> list[str]:
    closing = _patterns()["closing"]
    for at, line in enumerate(lines):
        if not closing.match(line):
            continue
        rest = [other for other in lines[at + 1 :] if other.strip()]
        end = next((n for n in range(at + 1, len(lines)) if _is_postscript(lines[n])), len(lines))
        kept = [] if len(rest) <= _SIGNATURE_LINES or end < len(lines) else lines[at + 1 :]
        return lines[: at + 1] + kept + lines[end:]
    return lines


def _is_postscript(line: str) -> bool:
    return bool(re.match(r"\s*(?:p\.?\s?s|n\.?b)\.?\s*[:\-–]", line, re.I)) or line.rstrip().endswith("?")


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    data = tomllib.loads(resources.files("parsers").joinpath("intent.toml").read_text("utf-8"))
    data_words = {f"DATUM_{name}": data[f"datum_{name.lower()}"] for name in ("FR", "DE", "EN")}
    compiled: dict[str, re.Pattern[str]] = {}
    for name, patterns in data.items():
        joined = "|".join(f"(?:{p})" for p in patterns) if isinstance(patterns, list) else patterns
        for word, alternatives in data_words.items():
            joined = joined.replace(word, alternatives)
        compiled[name] = re.compile(joined, re.I)
    return compiled
