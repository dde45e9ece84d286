"""Ticket numbers: short, unguessable and safe to type, such as `3F2-1A7B9-KD`.

Eight random characters (40 bits) and two check characters in Crockford's base 32
(https://www.crockford.com/base32.html): no I, L, O or U, and whoever types I or L means 1, O means 0. The check
characters are the number modulo 1021, a prime below 32², so that every single wrong character and every swap of
neighbours is noticed.
"""

import re
import secrets
import unicodedata

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES = {letter: value for value, letter in enumerate(ALPHABET)} | {"I": 1, "L": 1, "O": 0}
_RANDOM, _CHECK, _MODULUS = 8, 2, 1021
_BREAKS = (3, 8)
PATTERN = r"[0-9A-Za-z]{3}-?[0-9A-Za-z]{5}-?[0-9A-Za-z]{2}"
# The same with what text processors put between the groups.
_BETWEEN = r"[\s-]{0,3}"
_SPACED = re.compile(PATTERN.replace("-?", _BETWEEN))
_WITHIN = re.compile(rf"(?<![0-9A-Za-z]){_SPACED.pattern}(?![0-9A-Za-z])")
_LONGEST = 1000  # characters that are looked at


def new_number() -> str:
    """A random ticket number; whether it is free is for the database to say."""
    return number_of(secrets.randbits(5 * _RANDOM))


def number_of(value: int) -> str:
    """The ticket number of a whole number from 0 to 2⁴⁰ - 1."""
    letters = _encoded(value, _RANDOM) + _encoded(value % _MODULUS, _CHECK)
    return f"{letters[: _BREAKS[0]]}-{letters[_BREAKS[0] : _BREAKS[1]]}-{letters[_BREAKS[1] :]}"


def normal_number(text: str) -> str | None:
    """The ticket number that somebody meant by `text`, in its one spelling; None where it cannot be one.

    Between its groups may be spaces and dashes of any kind, before it a "#".
    """
    typed = _plain(text).removeprefix("#").lstrip()
    return _checked(typed) if _SPACED.fullmatch(typed) else None


def number_within(text: str) -> str | None:
    """The one ticket number that stands among other words, as people paste it; None where there is none or several."""
    found = {number for match in _WITHIN.finditer(_plain(text[:_LONGEST])) if (number := _checked(match[0]))}
    return found.pop() if len(found) == 1 else None


def _plain(text: str) -> str:
    """Without what nobody sees, such as soft hyphens; each dash is a hyphen."""
    kinds = ((letter, unicodedata.category(letter)) for letter in text)
    shown = "".join("-" if kind == "Pd" or letter == "\u2212" else letter for letter, kind in kinds if kind != "Cf")
    return shown.strip()


def _checked(typed: str) -> str | None:
    letters = re.sub(r"[\s-]", "", typed).upper()
    if any(letter not in _VALUES for letter in letters):
        return None
    value, check = _decoded(letters[:_RANDOM]), _decoded(letters[_RANDOM:])
    return number_of(value) if value % _MODULUS == check else None


def _encoded(value: int, length: int) -> str:
    return "".join(ALPHABET[value >> 5 * place & 31] for place in reversed(range(length)))


def _decoded(letters: str) -> int:
    value = 0
    for letter in letters:
        value = value << 5 | _VALUES[letter]
    return value
