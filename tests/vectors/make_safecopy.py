# SPDX-License-Identifier: AGPL-3.0-or-later
"""The vectors of spec/safecopy.md, with the cheapest stretching."""

from typing import Any

from edgewise.ground.canon import encode
from edgewise.keys.words import copy_words
from tests.store.copies import NONCE, OTHERS, PARTS, SALT, WORDS, key, sealed

Vectors = dict[str, list[dict[str, Any]]]


def vectors() -> Vectors:
    """Yay and nay."""
    copy = sealed()
    short = sealed(PARTS[:1])
    return {
        "yay": [
            {"what": "words", "name": "of zeros", "entropy": bytes(16), "words": copy_words(bytes(16))},
            {"what": "words", "name": "of 0x7f", "entropy": b"\x7f" * 16, "words": copy_words(b"\x7f" * 16)},
            {
                "what": "stretched",
                "name": "8 KiB, 1 pass",
                "words": WORDS,
                "salt": SALT,
                "key": key().stretched,
            },
            _copy("a table, a secret and a file", copy, [encode(part) for part in PARTS]),
            _copy("a manifest alone", short, [encode(PARTS[0])]),
        ],
        "nay": [
            _nay("other words", "words.wrong", copy, OTHERS),
            _nay("a later version", "copy.newer", copy.replace(b"/1\n", b"/2\n", 1)),
            _nay("another file", "copy.foreign", b"%PDF-1.7\n" + copy),
            _nay("one byte less", "copy.damaged", copy[:-1]),
            _nay("one byte more", "copy.damaged", copy + b"\0"),
            _nay("one bit of the stream", "copy.damaged", copy[:-40] + bytes((copy[-40] ^ 1,)) + copy[-39:]),
            _nay("one bit of the nonce", "words.wrong", copy.replace(NONCE, b"o" + NONCE[1:], 1)),
            _nay("the head alone", "copy.damaged", copy[:120]),
        ],
    }


def _copy(name: str, data: bytes, parts: list[bytes]) -> dict[str, Any]:
    return {"what": "copy", "name": name, "words": WORDS, "bytes": data, "parts": parts}


def _nay(why: str, verdict: str, data: bytes, words: str = WORDS) -> dict[str, Any]:
    return {"what": "copy", "why": why, "verdict": verdict, "words": words, "bytes": data}
