"""Ticket numbers: unguessable, safe to type, every slip noticed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.tickets.numbers import ALPHABET, new_number, normal_number, number_of, number_within

pytestmark = pytest.mark.once
in_any_time = settings(deadline=None)
values = st.integers(0, 2**40 - 1)
# What stands between the groups in mails, texts and tables: spaces, hyphens and dashes, seen and unseen.
BETWEEN = [
    "",
    " ",
    "\u00a0",
    "\u202f",
    "\t",
    "\u00ad",
    "\u200b",
    "\u2212",
    *map(chr, range(0x2010, 0x2016)),
    " – ",
    "-\u2060",
]


@in_any_time
@given(values)
def test_it_reads_a_number_however_it_is_typed(value):
    number = number_of(value)
    letters = number.replace("-", "")
    for typed in (number, number.lower(), letters, f"  {number}\n", number.replace("0", "o").replace("1", "l")):
        assert normal_number(typed) == number


@in_any_time
@given(values, st.integers(0, 9), st.sampled_from(ALPHABET))
def test_it_notices_a_wrong_character(value, place, letter):
    letters = number_of(value).replace("-", "")
    wrong = letters[:place] + letter + letters[place + 1 :]
    assert (normal_number(wrong) is None) == (wrong != letters)


@in_any_time
@given(values, st.integers(0, 8))
def test_it_notices_swapped_neighbours(value, place):
    letters = number_of(value).replace("-", "")
    wrong = letters[:place] + letters[place + 1] + letters[place] + letters[place + 2 :]
    assert (normal_number(wrong) is None) == (wrong != letters)


@in_any_time
@given(values, st.sampled_from(BETWEEN), st.sampled_from(BETWEEN), st.sampled_from(["", "#", "# ", " #"]))
def test_it_reads_a_number_with_any_spaces_and_dashes(value, first, second, before):
    number = number_of(value)
    groups = number.split("-")
    typed = f"{before}{groups[0]}{first}{groups[1]}{second}{groups[2]}"
    assert normal_number(typed) == number_within(typed) == number


@in_any_time
@given(values)
def test_it_reads_no_number_whose_groups_are_cut_elsewhere(value):
    letters = number_of(value).replace("-", "")
    for typed in (f"{letters[:4]}-{letters[4:]}", f"{letters[:3]}/{letters[3:8]}/{letters[8:]}", f"{letters}A"):
        assert normal_number(typed) is None
        assert number_within(typed) is None


WORDS = [
    "Ticket {}",
    "[#{}] Re: The kettle is cold",
    "Your ticket ({}), opened today",
    "https://desk.example.com/tickets/{}/",
]


@in_any_time
@given(values, st.sampled_from(WORDS))
def test_it_finds_a_number_among_words(value, words):
    number = number_of(value)
    for typed in (number, number.lower(), number.replace("-", " "), number.replace("-", "\u2011")):
        assert number_within(words.format(typed)) == number
        assert normal_number(words.format(typed)) is None


@in_any_time
@given(values, values)
def test_it_finds_none_among_several(one, other):
    numbers = {number_of(one), number_of(other)}
    found = number_within(f"{number_of(one)} and {number_of(other)}")
    assert found == (numbers.pop() if len(numbers) == 1 else None)


@in_any_time
@given(st.text(max_size=30))
def test_it_takes_any_text(text):
    for read in (normal_number, number_within):
        number = read(text)
        assert number is None or read(number) == number


def test_it_looks_through_long_texts_at_once():
    assert number_within("ABC-" * 100_000) is None


def test_it_gives_each_value_its_own_number_and_never_an_ambiguous_letter():
    numbers = {new_number() for _ in range(2000)}
    assert len(numbers) == 2000
    assert not set("".join(numbers)) & set("ILOU")
    assert {len(number) for number in numbers} == {12}
