"""Text → the tokens of the search index. What is written and what is looked for go through the same function.

Tokens are lower case, without accents, alphanumeric: "Über-Straße" → `uber`, `strasse`. Scripts that do not part words
with spaces become overlapping pairs, and each run's last character once more alone: "日本語" → `日本`, `本語`, `語`.
A word of such a script is found as a phrase of its pairs, a single character as the beginning of a pair.
"""

import re
import unicodedata
from collections.abc import Iterator

MAX_CHARACTERS = 50_000  # of a text; the rest is not indexed
MAX_TOKENS = 4_000
MAX_LENGTH = 40  # of a token; the rest is cut

# Accents of Latin, Greek and Cyrillic, points of Hebrew, vowel signs of Arabic: people leave them out when they search.
_ACCENTS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a"
    "\u064b-\u065f\u0670\u06d6-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f"
)
_INVISIBLE = "\u00ad\u034f\u0640\u200c-\u200f\u2060-\u2064\ufeff"
# Han, kana, Hangul, Thai, Lao, Myanmar, Khmer and their neighbours.
_UNSPACED = (
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ece\u0edc-\u0edf\u1000-\u103f\u104e-\u108f\u109a-\u109d"
    "\u1100-\u11ff\u1780-\u17d3\u17dc\u17dd"
    "\u1950-\u19cf\u1a20-\u1a7c\u2e80-\u2fd5\u3005-\u3007\u3041-\u309a\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3100-\u312f\u3131-\u318e"
    "\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97c\uaa60-\uaa7f\uac00-\ud7fb\uf900-\ufaff\U00020000-\U000323af"
)
# Signs that stand inside words of Indic scripts and that \w leaves out.
_MARKS = "".join(
    chr(code) for code in (*range(0x900, 0x1000), *range(0xA800, 0xAC00)) if unicodedata.category(chr(code))[0] == "M"
)
_LETTERS = {"ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "ħ": "h", "ı": "i", "þ": "th", "ð": "d"}
_DIGITS = {chr(ord(zero) + value): str(value) for zero in "٠۰०০੦૦୦௦౦೦൦๐໐༠၀០" for value in range(10)}
_TABLE = str.maketrans(_LETTERS | _DIGITS)
_STRIPPED = re.compile(f"[{_ACCENTS}{_INVISIBLE}]")
_LETTER = f"[^\\W_{_UNSPACED}]"
_PAIRED = re.compile(f"[{_UNSPACED}]+")
_RUN = re.compile(f"[{_UNSPACED}]+|{_LETTER}+(?:[{_MARKS}]+{_LETTER}*)*")
_ASCII_RUN = re.compile("[a-z0-9]+")


def normalise(text: str) -> str:
    """The text in lower case and without accents; normalising it again changes nothing."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", decompose(decompose(text)))


def decompose(text: str) -> str:
    """Like `normalise`, but with what stays of a character taken apart; works one character at a time too."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return _STRIPPED.sub("", folded).translate(_TABLE)


def terms(text: str) -> list[str]:
    """The tokens of a text in its order, at most `MAX_TOKENS`. Never raises; takes time linear in its length."""
    text = text[:MAX_CHARACTERS]
    if text.isascii():
        return [run[:MAX_LENGTH] for run in _ASCII_RUN.findall(text.lower())[:MAX_TOKENS]]
    text = unicodedata.normalize("NFKD", text)[:MAX_CHARACTERS]  # one character may stand for eighteen
    tokens: list[str] = []
    for run in runs(normalise(text)):
        tokens.extend(_pairs(run[0]) if is_unspaced(run[0]) else (run[0][:MAX_LENGTH],))
        if len(tokens) >= MAX_TOKENS:
            break
    return tokens[:MAX_TOKENS]


def runs(text: str) -> Iterator[re.Match[str]]:
    """The words, and the stretches of scripts without spaces, of a text that is normalised."""
    return _ASCII_RUN.finditer(text) if text.isascii() else _RUN.finditer(text)


def is_unspaced(token: str) -> bool:
    """Whether a token is of a script that does not part words with spaces."""
    return bool(_PAIRED.match(token))


def _pairs(run: str) -> Iterator[str]:
    return (run[at : at + 2] for at in range(len(run)))
