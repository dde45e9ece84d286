"""The piece of a text that is shown with a result."""

import pytest
from django.template import Context, Template

from apps.core.search.highlights import highlight

pytestmark = pytest.mark.once


def _marked(text: str, query: str, **options: int) -> str:
    return "".join(f"[{part}]" if is_match else part for part, is_match in highlight(text, query, **options))


@pytest.mark.parametrize(
    ("text", "query", "expected"),
    [
        ("Der Drücker klemmt", "drucker", "Der [Drücker] klemmt"),
        ("Der Dru\u0308cker klemmt", "drücker", "Der [Drücker] klemmt"),
        ("Die STRASSE und die Straße", "straße", "Die [STRASSE] und die [Straße]"),
        ("Several printers", "print", "Several [printers]"),
        ("Several printers", '"print"', "Several printers"),
        ("sprinter", "print", "sprinter"),
        ("the red car, a red-car", '"red car"', "the [red car], a [red-car]"),
        ("mail john.doe@example.com now", "john.doe@example.com", "mail [john.doe@example.com] now"),
        ("printer jam", "printer -jam", "[printer] jam"),
        ("東京で日本語を勉強", "日本語", "東京で[日本語]を勉強"),
        ("黒猫と猫", "猫", "黒[猫]と[猫]"),
        ("iPhone手机坏了", "iphone手机", "[iPhone手机]坏了"),
        ("นี่คือเครื่องพิมพ์", "เครื่องพิมพ์", "นี่คือ[เครื่องพิมพ์]"),
        ("ﬁle and ＦＩＬＥ", "file", "[ﬁle] and [ＦＩＬＥ]"),
        ("two\n\n lines\tof text", "lines", "two [lines] of text"),
        ("nothing here", "", "nothing here"),
        ("nothing here", "zebra", "nothing here"),
        ("", "zebra", ""),
    ],
)
def test_it_marks_what_the_search_found(text: str, query: str, expected: str) -> None:
    assert _marked(text, query) == expected


def test_it_cuts_a_long_text_around_the_first_match() -> None:
    text = "before " * 100 + "needle in the hay " + "after " * 100
    shown = _marked(text, "needle", length=60)
    assert shown == "…before before [needle] in the hay after after after after…"


def test_it_cuts_a_long_text_without_spaces() -> None:
    shown = _marked("前" * 500 + "日本語" + "後" * 500, "日本語", length=40)
    assert shown == "…" + "前" * 13 + "[日本語]" + "後" * 24 + "…"


def test_it_shows_the_beginning_where_nothing_matches() -> None:
    assert _marked("word " * 100, "zebra", length=20) == "word word word word…"


def test_it_escapes_the_text_in_a_template() -> None:
    template = Template("{% load highlights %}{% highlight text query %}")
    shown = template.render(Context({"text": "a <b>bold</b> & word", "query": "bold"}))
    assert shown.strip() == "a &lt;b&gt;<mark>bold</mark>&lt;/b&gt; &amp; word"
