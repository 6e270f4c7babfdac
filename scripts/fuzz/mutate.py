"""Bytes changed a little, in ways that upset parsers. The same seed makes the same changes."""

from __future__ import annotations

import random
import re

_TOKENS = tuple(
    token.encode("utf-8", "surrogatepass")
    for token in (
        "\0", "\r", "\n", "\r\n\r\n", "\ud800", "\ufeff", "\u202e", '"', "'", "<", ">", "(", ")", "[", "]",
        "=?utf-8?b?", "?=", "--", "boundary=", "Content-Type: message/rfc822\n\n", "%PDF-", "obj",
        "endstream",
        "/Kids [1 0 R]", "/Length -1", "/Parent 3 0 R", "<!DOCTYPE a>", "PK\x03\x04", "-1", "9" * 20, "&x;",
        "1e999", "nan", "9" * 5000, ";" * 50, "SONS2-" + "9" * 5000 + "-ABCD", "31.02.2026", "0000-00-00",
    )
)  # fmt: skip
_NUMBER = re.compile(rb"\d+")
_EDGES = (b"0", b"-1", b"1", b"255", b"65536", b"2147483648", b"18446744073709551616", b"0.0000001")


def mutated(rng: random.Random, data: bytes, other: bytes) -> bytes:
    """`data` after one to eight changes; `other` is a second seed to take pieces of."""
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 3, 8))):
        _CHANGES[rng.randrange(len(_CHANGES))](rng, changed, other)
    return bytes(changed[:2_000_000])


def _at(rng: random.Random, data: bytearray) -> int:
    return rng.randrange(len(data) + 1)


def _flip(rng: random.Random, data: bytearray, other: bytes) -> None:
    for _ in range(rng.choice((1, 4, 30))):
        if data:
            data[rng.randrange(len(data))] = rng.randrange(256)


def _cut(rng: random.Random, data: bytearray, other: bytes) -> None:
    start = _at(rng, data)
    del data[start : start + rng.choice((1, 10, 1000, len(data)))]


def _repeat(rng: random.Random, data: bytearray, other: bytes) -> None:
    start = _at(rng, data)
    piece = bytes(data[start : start + rng.choice((1, 5, 60, 2000))])
    data[start:start] = piece * rng.choice((1, 3, 100, max(1, 100_000 // (len(piece) + 1))))


def _insert(rng: random.Random, data: bytearray, other: bytes) -> None:
    start = _at(rng, data)
    data[start:start] = rng.choice(_TOKENS) * rng.choice((1, 1, 1, 20))


def _splice(rng: random.Random, data: bytearray, other: bytes) -> None:
    if other:
        start, source = _at(rng, data), rng.randrange(len(other))
        data[start:start] = other[source : source + rng.choice((20, 500, 20_000))]


def _number(rng: random.Random, data: bytearray, other: bytes) -> None:
    """A number that stands near a random place becomes one at an edge."""
    found = _NUMBER.search(data, _at(rng, data))
    if found:
        data[found.start() : found.end()] = rng.choice(_EDGES)


_CHANGES = (_flip, _cut, _repeat, _insert, _splice, _number)
