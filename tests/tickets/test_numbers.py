"""Ticket numbers: unguessable, safe to type, every slip noticed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.tickets.numbers import ALPHABET, new_number, normal_number, number_of

pytestmark = pytest.mark.once
values = st.integers(0, 2**40 - 1)


@given(values)
def test_it_reads_a_number_however_it_is_typed(value):
    number = number_of(value)
    letters = number.replace("-", "")
    for typed in (number, number.lower(), letters, f"  {number}\n", number.replace("0", "o").replace("1", "l")):
        assert normal_number(typed) == number


@given(values, st.integers(0, 9), st.sampled_from(ALPHABET))
def test_it_notices_a_wrong_character(value, place, letter):
    letters = number_of(value).replace("-", "")
    wrong = letters[:place] + letter + letters[place + 1 :]
    assert (normal_number(wrong) is None) == (wrong != letters)


@given(values, st.integers(0, 8))
def test_it_notices_swapped_neighbours(value, place):
    letters = number_of(value).replace("-", "")
    wrong = letters[:place] + letters[place + 1] + letters[place] + letters[place + 2 :]
    assert (normal_number(wrong) is None) == (wrong != letters)


@given(st.text(max_size=30))
def test_it_takes_any_text(text):
    number = normal_number(text)
    assert number is None or normal_number(number) == number


def test_it_gives_each_value_its_own_number_and_never_an_ambiguous_letter():
    numbers = {new_number() for _ in range(2000)}
    assert len(numbers) == 2000
    assert not set("".join(numbers)) & set("ILOU")
    assert {len(number) for number in numbers} == {12}
