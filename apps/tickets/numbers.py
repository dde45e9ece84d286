"""Ticket numbers: short, unguessable and safe to type, such as `3F2-1A7B9-KD`.

Eight random characters (40 bits) and two check characters in Crockford's base 32
(https://www.crockford.com/base32.html): no I, L, O or U, and whoever types I or L means 1, O means 0. The check
characters are the number modulo 1021, a prime below 32², so that every single wrong character and every swap of
neighbours is noticed.
"""

import re
import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES = {letter: value for value, letter in enumerate(ALPHABET)} | {"I": 1, "L": 1, "O": 0}
_RANDOM, _CHECK, _MODULUS = 8, 2, 1021
_BREAKS = (3, 8)
PATTERN = r"[0-9A-Za-z]{3}-?[0-9A-Za-z]{5}-?[0-9A-Za-z]{2}"
_WHOLE = re.compile(PATTERN)


def new_number() -> str:
    """A random ticket number; whether it is free is for the database to say."""
    return number_of(secrets.randbits(5 * _RANDOM))


def number_of(value: int) -> str:
    """The ticket number of a whole number from 0 to 2⁴⁰ - 1."""
    letters = _encoded(value, _RANDOM) + _encoded(value % _MODULUS, _CHECK)
    return f"{letters[: _BREAKS[0]]}-{letters[_BREAKS[0] : _BREAKS[1]]}-{letters[_BREAKS[1] :]}"


def normal_number(text: str) -> str | None:
    """The ticket number that somebody meant by `text`, in its one spelling; None where it cannot be one."""
    typed = text.strip()
    if not _WHOLE.fullmatch(typed):
        return None
    letters = typed.replace("-", "").upper()
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
