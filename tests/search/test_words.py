"""Which text a search finds: words, beginnings, phrases, and languages without spaces."""

from collections.abc import Callable

import pytest

Put = Callable[..., None]
Ask = Callable[..., list[int]]


def test_it_finds_a_word_whatever_its_case_and_accents(put: Put, ask: Ask) -> None:
    put(1, "Der Drücker über der Straße klemmt, à bientôt, ŁÓDŹ, Ærø")
    for text in (
        "uber",
        "ÜBER",
        "über",
        "u\u0308ber",
        "strasse",
        "STRASSE",
        "Straße",
        "bientot",
        "lodz",
        "ærø",
        "aero",
    ):
        assert ask(text) == [1], text
    assert ask("ubers") == []


def test_it_finds_all_words_in_any_order(put: Put, ask: Ask) -> None:
    put(1, "The printer is on fire")
    put(2, "The printer is cold")
    assert ask("fire printer") == [1]
    assert ask("printer") == [2, 1]


def test_it_finds_words_by_their_beginning(put: Put, ask: Ask) -> None:
    put(1, "Several printers are unreachable")
    assert ask("print unreach") == [1]
    assert ask("rinters") == []


def test_it_takes_short_words_as_they_are_unless_the_last_is_still_being_typed(put: Put, ask: Ask) -> None:
    put(1, "printer of the office")
    assert ask("of printer") == [1]
    assert ask("printer of") == [1]
    assert ask("th printer") == []
    assert ask("printer th") == [1]
    assert ask("printer t") == []


def test_it_finds_a_phrase_only_where_its_words_follow_each_other(put: Put, ask: Ask) -> None:
    put(1, "the red car is gone")
    put(2, "the car is red")
    assert ask('"red car"') == [1]
    assert ask("red car") == [2, 1]
    assert ask('"red ca"') == []
    assert ask('"is red') == [2]


def test_a_phrase_that_is_still_being_typed_ends_with_a_beginning(put: Put, ask: Ask) -> None:
    put(1, "The quick brown fox")
    put(2, "A quick fox, brown")
    assert ask('"quick bro') == [1]
    assert ask('fox -"quick bro') == [2, 1]  # only whole words are left out
    assert ask('"quick bro"') == []


def test_it_leaves_out_what_is_excluded(put: Put, ask: Ask) -> None:
    put(1, "printer with paper jam")
    put(2, "printer out of toner")
    assert ask("printer -jam") == [2]
    assert ask('printer -"out of toner"') == [1]
    assert ask("printer -jams") == [2, 1]
    assert ask("-jam") == []


@pytest.mark.parametrize("text", ["3F2-1A7B9-KD", "3f2-1a7b9-kd", "1A7B9", "3F2-1A", "3F2 1A7B9 KD", "#3F2-1A7B9-KD"])
def test_it_finds_a_number_whole_and_by_its_parts(put: Put, ask: Ask, text: str) -> None:
    put(1, "Ticket 3F2-1A7B9-KD: login fails")
    put(2, "Ticket 3F2-1A7B8-KE: the rest")
    assert ask(text)[-1:] == [1]


@pytest.mark.parametrize(
    "text", ["john.doe@example.com", "John.Doe@Example.COM", "doe@example", "john.doe", "<john.doe@ex"]
)
def test_it_finds_an_address_whole_and_by_its_parts(put: Put, ask: Ask, text: str) -> None:
    put(1, "From: John Doe <john.doe@example.com>")
    put(2, "com example, said Doe to John")
    assert ask(text) == [1]


@pytest.mark.parametrize(
    "text", ["1e5", "007", "3.14", "foo_bar", "0x1F", "2026-11-22", "C++ 20", "https://a.example/b?c=1"]
)
def test_it_keeps_numbers_and_codes_as_they_were_written(put: Put, ask: Ask, text: str) -> None:
    put(1, "1e5 007 3.14 foo_bar 0x1f 2026-11-22 c++ 20 https://a.example/b?c=1")
    put(2, "100000 7 3,2 foobar 31 2026 2020 https")
    assert ask(f'"{text}"') == [1]


@pytest.mark.parametrize(
    ("document", "found", "missed"),
    [
        ("我的打印机无法打印文件", ["打印机", "打印", "机", "文件", "件", "我的打印机"], ["机打", "印刷", "刷"]),
        ("東京で日本語を勉強しています", ["日本語", "東京", "勉強して", "ます", "で"], ["京都", "本日"]),
        ("プリンターが動きません", ["プリンター", "ﾌﾟﾘﾝﾀｰ", "が", "か\u3099動"], ["プリンカー", "か"]),
        ("เครื่องพิมพ์ไม่ทำงาน", ["เครื่องพิมพ์", "ทำงาน", "พิมพ์"], ["โทรศัพท์", "งานทำ"]),
        ("프린터가 작동하지 않습니다", ["프린터", "작동", "프린터가", "작동하지 않습니다"], ["컴퓨터", "동작"]),
        ("ເຄື່ອງພິມບໍ່ເຮັດວຽກ", ["ເຄື່ອງພິມ", "ເຮັດວຽກ"], ["ໂທລະສັບ"]),
        ("ម៉ាស៊ីនបោះពុម្ពមិនដំណើរការ", ["ម៉ាស៊ីន", "ដំណើរការ"], ["ទូរស័ព្ទ"]),
        ("ပရင်တာ အလုပ်မလုပ်ပါ", ["ပရင်တာ", "အလုပ်"], ["ဖုန်း"]),
        ("iPhone手机坏了", ["iphone手机", "iphone", "手机", "坏了 iphone"], ["手表", "iphone坏"]),
        ("प्रिंटर काम नहीं कर रहा", ["प्रिंटर", "नहीं", "काम प्रिं"], ["फोन"]),
        ("الطابعة لا تَعْمَل", ["الطابعة", "تعمل"], ["هاتف"]),
        ("Принтер не работает, ещё", ["принтер", "ПРИНТЕР", "еще", "работ"], ["телефон"]),
        ("Ο εκτυπωτής δεν λειτουργεί", ["εκτυπωτης", "ΕΚΤΥΠΩΤΗΣ"], ["τηλέφωνο"]),
        ("המדפסת לא עובדת", ["המדפסת"], ["טלפון"]),
    ],
)
def test_it_finds_words_in_any_script(put: Put, ask: Ask, document: str, found: list[str], missed: list[str]) -> None:
    put(1, document)
    assert {text: ask(text) for text in found} == {text: [1] for text in found}
    assert {text: ask(text) for text in missed} == {text: [] for text in missed}


def test_it_finds_the_beginning_of_an_endless_text(put: Put, ask: Ask) -> None:
    put(1, "first " + "filler " * 20_000 + "last")
    put(2, "x" * 100_000)
    assert ask("first") == [1]
    assert ask("last") == []
    assert ask("x" * 50_000) == [2]
