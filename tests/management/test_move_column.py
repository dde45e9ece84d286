import re

import pytest
from django.urls import reverse

from apps.brands.models import CustomLink

pytestmark = pytest.mark.django_db
LIST = "/management/brands/customlink/"


def make_links(*titles, **changes):
    return [CustomLink.objects.create(title=title, url=f"https://example.com/{title}", **changes) for title in titles]


def titles():
    assert list(CustomLink.objects.values_list("position", flat=True)) == list(range(1, CustomLink.objects.count() + 1))
    return "".join(CustomLink.objects.values_list("title", flat=True))


def move(client, link, to, query="", **values):
    return client.post(f"{LIST}{link.pk}/move/{query}", {"to": to, **values})


def test_it_moves_a_row_up_and_down(admin_client):
    _a, b, _c = make_links("a", "b", "c")
    answer = move(admin_client, b, "up")
    assert (answer.status_code, answer["Location"]) == (302, LIST)
    assert titles() == "bac"
    move(admin_client, b, "down")
    move(admin_client, b, "down")
    assert titles() == "acb"


def test_it_stays_at_the_ends(admin_client):
    a, _b, c = make_links("a", "b", "c")
    move(admin_client, a, "up")
    move(admin_client, c, "down")
    assert titles() == "abc"


def test_it_moves_past_the_visible_neighbour_in_a_filtered_list(admin_client):
    make_links("a")
    make_links("b", "c", is_active=False)
    d = make_links("d")[0]
    answer = move(admin_client, d, "up", "?is_active__exact=1")
    assert answer["Location"] == f"{LIST}?is_active__exact=1"
    assert titles() == "dabc"


def test_it_moves_past_the_visible_neighbour_in_a_searched_list(admin_client):
    make_links("Q1", "b", "c")
    q2 = make_links("Q2")[0]
    move(admin_client, q2, "up", "?q=Q")
    assert titles() == "Q2Q1bc"


def test_it_moves_across_the_border_of_a_page(admin_client):
    links = make_links(*(f"{n:02d} " for n in range(60)))
    page = admin_client.get(f"{LIST}?p=2").text
    assert page.index("50 ") < page.index("51 ")
    move(admin_client, links[50], "up", "?p=2")
    assert titles().startswith("".join(f"{n:02d} " for n in [*range(49), 50, 49]))


@pytest.mark.parametrize(("to", "order"), [("before", "dabc"), ("after", "adbc")])
def test_it_drops_a_row_beside_another(admin_client, to, order):
    a, _b, _c, d = make_links("a", "b", "c", "d")
    move(admin_client, d, to, row_key=str(a.pk))
    assert titles() == order


def test_it_answers_a_script_with_what_to_announce(admin_client):
    _a, b = make_links("a", "b")
    answer = admin_client.post(f"{LIST}{b.pk}/move/", {"to": "up"}, headers={"Accept": "application/json"})
    assert answer.json() == {"announcement": "“b” is now number 1 of 2."}


def test_it_ignores_headers_that_would_sort(admin_client):
    make_links("c", "b", "a")
    page = admin_client.get(f"{LIST}?o=1").text
    assert re.findall(r"Move (\w) up", page) == ["c", "b", "a"]
    assert "sortable" not in page.split("<thead>")[1].split("</thead>")[0]


@pytest.mark.parametrize("values", [{}, {"to": "sideways"}])
def test_it_refuses_an_unknown_place(admin_client, values):
    link = make_links("a")[0]
    assert admin_client.post(f"{LIST}{link.pk}/move/", values).status_code == 400


@pytest.mark.parametrize("key", ["", "0", "x"])
def test_it_does_not_find_an_unknown_target(admin_client, key):
    link = make_links("a")[0]
    assert move(admin_client, link, "before", row_key=key).status_code == 404


def test_it_moves_by_post_only(admin_client):
    link = make_links("a")[0]
    assert admin_client.get(reverse("admin:brands_customlink_move", args=[link.pk])).status_code == 405


def test_it_closes_the_gap_of_deleted_rows(admin_client):
    links = make_links("a", "b", "c", "d", "e")
    admin_client.post(f"{LIST}{links[0].pk}/delete/", {"post": "yes"})
    chosen = {"action": "delete_selected", "_selected_action": [links[2].pk, links[3].pk], "post": "yes"}
    admin_client.post(LIST, chosen)
    assert titles() == "be"
