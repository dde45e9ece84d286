import re

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.brands.models import CustomLink
from tests.conftest import signed_in
from tests.portal.builders import make_brand, make_feed, make_link, page

EVIL = "<script>alert(1)</script>"


def test_it_shows_the_brand_of_the_host_name(client, brand):
    make_brand("Kestrel", "kestrel.example", welcome_title="Hello from Kestrel")
    assert "Welcome to Fernhill" in page(client)
    other = page(client, headers={"host": "kestrel.example"})
    assert "Hello from Kestrel" in other
    assert "Fernhill" not in other


def test_it_speaks_the_language_of_the_brand(client, brand):
    make_brand("Kestrel", "kestrel.example", language="de")
    assert '<html lang="en" dir="ltr"' in page(client)
    assert '<html lang="de" dir="ltr"' in page(client, headers={"host": "kestrel.example"})


def test_it_shows_texts_and_colours_of_the_brand(client, brand):
    brand.announcement, brand.welcome_text, brand.colour = "We move on Sunday", "Ask us anything", "#123456"
    brand.save()
    text = page(client)
    assert "We move on Sunday" in text
    assert "Ask us anything" in text
    assert "--brand:#123456" in text


def test_it_hides_the_announcement_bar_without_an_announcement(client, brand):
    assert 'class="announcement"' not in page(client)


def test_it_shows_custom_links_in_their_order(client, brand):
    make_link("Second", position=2)
    make_link("First", url="/first/", position=1)
    text = page(client)
    assert 0 < text.index("First") < text.index("Second")
    assert "rel=" not in text.split("First")[0].rpartition("<a ")[2]


def test_it_opens_a_link_in_a_new_window_and_says_so(client, brand):
    make_link("Status", new_window=True)
    anchor = page(client).split('href="https://status.example.com"')[1].split("</a>")[0]
    assert 'target="_blank" rel="noopener"' in anchor
    assert "(opens in a new window)" in anchor


def test_it_hides_links_of_other_brands_and_hidden_ones(client, brand):
    other = make_brand("Kestrel", "kestrel.example")
    make_link("Theirs", brands=[other])
    make_link("Off", url="/off/", is_active=False)
    make_link("Ours", url="/ours/", brands=[brand])
    text = page(client)
    assert "Ours" in text
    assert "Theirs" not in text
    assert "Off" not in text


@pytest.mark.parametrize(("person", "shown"), [(None, {"everyone"}), ("carol", {"everyone", "signed_in"})])
def test_it_shows_links_to_their_audience(client, request, brand, person, shown):
    for audience in CustomLink.Audience.values:
        make_link(f"for-{audience}", url=f"/{audience}/", audience=audience)
    text = page(signed_in(request.getfixturevalue(person)) if person else client)
    assert {audience for audience in CustomLink.Audience.values if f"for-{audience}" in text} == shown


def test_it_shows_every_link_to_staff(alice):
    make_link("Handbook", audience="staff")
    assert "Handbook" in page(signed_in(alice))


def test_it_offers_the_management_interface_to_staff_only(client, alice, carol):
    assert 'href="/management/"' not in page(client)
    assert 'href="/management/"' not in page(signed_in(carol))
    assert '<a href="/management/">Management Interface</a>' in page(signed_in(alice))


def test_it_leads_to_the_tickets_first(client, brand):
    make_link("Status")
    assert re.findall(r'<a href="([^"]+)"', page(client).split('class="cards"')[1])[:3] == [
        "/tickets/new/",
        "/tickets/",
        "https://status.example.com",
    ]


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", " javascript:alert(1)", "data:text/html,x", "//evil.example", "vbscript:x"]
)
def test_it_refuses_links_that_are_none(brand, url):
    with pytest.raises(ValidationError):
        CustomLink(title="x", url=url).full_clean()


def test_it_escapes_what_people_typed(client, brand, carol):
    brand.name = brand.welcome_title = brand.welcome_text = brand.announcement = brand.footer = f"x{EVIL}"
    brand.save()
    carol.display_name = f'"{EVIL}'
    carol.save()
    make_link(f"a{EVIL}", url='/"onmouseover="x', description=f"b{EVIL}")
    text = page(signed_in(carol))
    assert EVIL not in text
    assert '"onmouseover=' not in text
    assert "&lt;script&gt;" in text


def test_it_asks_the_database_as_often_for_fifty_feeds_as_for_three(client, brand):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            page(client)
        return len(captured)

    for number in range(3):
        make_feed(f"Feed {number}")
        make_link(f"Link {number}", url=f"/{number}/")
    few, few_kept = queries(), queries()
    for number in range(3, 50):
        make_feed(f"Feed {number}")
        make_link(f"Link {number}", url=f"/{number}/")
    assert (queries(), queries()) == (few, few_kept)
    assert (few, few_kept) == (5, 4)


def test_it_stays_under_100_kilobytes_the_first_time(client, brand):
    make_link()
    for number in range(6):
        make_feed(f"Feed {number}", articles=5)
    sizes = [len(client.get("/").content)]
    for name in ("portal.css", "portal.js", "icons.svg", "favicon.svg"):
        sizes.append(len(b"".join(client.get(f"/static/portal/{name}"))))
    assert min(sizes) > 0
    assert sum(sizes) < 100_000


def test_it_allows_no_inline_script_and_marks_its_style(client, brand):
    response = client.get("/")
    policy = response["Content-Security-Policy"]
    nonce = response.content.decode().split('<style nonce="')[1].split('"')[0]
    assert f"style-src 'self' 'nonce-{nonce}'" in policy
    assert "script-src 'self';" in policy
    assert "style=" not in response.content.decode()
    assert " on" not in "".join(part.split(">")[0] for part in response.content.decode().split("<script")[1:])
