import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from apps.accounts.models import User
from apps.notifications import channels, registry
from apps.notifications.models import Notification
from apps.notifications.registry import Audience, Kind
from apps.notifications.services import is_wanted, mark_all_read, mark_read, notify, unread_count
from tests.conftest import make_user
from tests.notifications.builders import tell

pytestmark = pytest.mark.django_db


def texts(person):
    return [one.text for one in Notification.objects.visible_to(person).newest_first()]


def test_it_tells_everybody_but_who_did_it(alice, carol):
    tell(alice, carol, alice, except_for=carol)
    assert texts(alice) == ["Carol says that “Boskoop” is ripe"]
    assert texts(carol) == []


def test_it_tells_nobody_who_is_inactive(alice):
    gone = make_user("gone", is_active=False)
    tell(gone, alice)
    assert list(Notification.objects.values_list("person", flat=True)) == [alice.pk]


def test_it_needs_two_queries_for_any_number_of_people(brand, django_assert_num_queries):
    User.objects.bulk_create([User(username=f"p{number}", email=f"p{number}@example.com") for number in range(300)])
    people = list(User.objects.all())
    for some in (people[:3], people):
        with django_assert_num_queries(2):
            tell(*some, group="tree-1")
    assert Notification.objects.count() == 300


def test_it_tells_more_people_than_fit_into_a_statement(brand):
    User.objects.bulk_create([User(username=f"p{number}", email=f"p{number}@example.com") for number in range(1100)])
    tell(*User.objects.all())
    assert Notification.objects.count() == 1100


def test_it_asks_nothing_where_there_is_nobody_to_tell(alice, django_assert_num_queries):
    with django_assert_num_queries(0):
        tell(except_for=alice)
        tell(alice, except_for=alice)


def test_it_tells_customers_nothing_that_is_for_staff(alice, carol):
    tell(alice, carol, kind="apple_worm")
    assert (unread_count(person=alice), unread_count(person=carol)) == (1, 0)


def test_it_hides_what_is_for_staff_from_who_left(alice):
    tell(alice, kind="apple_worm")
    tell(alice)
    alice.is_staff = False
    assert texts(alice) == ["Carol says that “Boskoop” is ripe"]
    assert unread_count(person=alice) == 1


def test_it_lets_colleagues_hear_what_customers_hear(alice):
    tell(alice, kind="apple_sold")
    assert texts(alice) == ["Boskoop is sold"]


def test_it_forgets_kinds_that_are_gone(alice, monkeypatch):
    tell(alice)
    monkeypatch.delitem(registry.KINDS, "apple_ripe")
    assert (texts(alice), unread_count(person=alice)) == ([], 0)
    assert str(Notification.objects.get()) == ""


def test_it_groups_what_is_unread(alice, carol):
    for number in range(200):
        tell(alice, carol, group="tree-1", data={"person": "Bob", "apple": f"No {number}"}, path=f"/tree/{number}")
    tell(alice, group="tree-2")
    row = Notification.objects.get(person=alice, group="tree-1")
    assert (row.count, row.text, row.path) == (200, "Bob says that “No 199” is ripe", "/tree/199")
    assert Notification.objects.count() == 3


def test_it_begins_anew_once_a_group_was_read(alice):
    tell(alice, group="tree-1")
    mark_all_read(person=alice)
    tell(alice, group="tree-1")
    assert list(Notification.objects.values_list("count", flat=True)) == [1, 1]


def test_it_keeps_other_kinds_of_a_group_apart(alice):
    tell(alice, group="tree-1")
    tell(alice, group="tree-1", kind="apple_worm")
    assert unread_count(person=alice) == 2


def test_it_groups_nothing_without_a_group(alice):
    tell(alice)
    tell(alice)
    assert unread_count(person=alice) == 2


def test_it_brings_a_group_to_the_top(alice):
    tell(alice, group="tree-1", data={"person": "A", "apple": "old"})
    tell(alice, data={"person": "A", "apple": "other"})
    tell(alice, group="tree-1", data={"person": "A", "apple": "new"})
    assert texts(alice) == ["A says that “new” is ripe", "A says that “other” is ripe"]


@pytest.mark.parametrize(
    "path",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "tickets/1", "", "/a b",
     "/a\nb", "/a\x00", "///evil.example", "/" + "x" * 500],
)  # fmt: skip
def test_it_refuses_paths_that_lead_elsewhere(alice, path):
    with pytest.raises(ValidationError):
        tell(alice, path=path)


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ({"a": object()}, TypeError),
        ({"a": None}, TypeError),
        ({"a": ["b"]}, TypeError),
        ({"a": float("nan")}, TypeError),
        ({f"a{number}": "b" for number in range(11)}, ValueError),
    ],
)
def test_it_refuses_data_that_is_not_plain(alice, data, error):
    with pytest.raises(error):
        tell(alice, data=data)


def test_it_cuts_and_cleans_what_is_told(alice):
    tell(alice, data={"person": "Eve\x00\ud800\u202e\nil", "apple": "x" * 100_000})
    assert Notification.objects.get().data == {"person": "Eve il", "apple": "x" * 199 + "…"}


def test_it_refuses_what_nobody_registered(alice):
    with pytest.raises(LookupError):
        tell(alice, kind="pear_ripe")
    with pytest.raises(LookupError):
        is_wanted(person=alice, kind="pear_ripe")
    with pytest.raises(ValueError):
        tell(alice, group="x" * 51)


def test_it_refuses_two_kinds_of_one_name():
    registry.register(registry.KINDS["apple_ripe"])
    with pytest.raises(ValueError, match="apple_ripe"):
        registry.register(Kind("apple_ripe", "Another", "Another", Audience.STAFF))


def test_it_speaks_the_language_of_the_reader(alice):
    with translation.override("es"):
        tell(alice, kind="spoken")
    row = Notification.objects.get()
    with translation.override("de"):
        german = row.text
    with translation.override("en"):
        assert row.text == "There is an account with this e-mail address."
    assert german
    assert german != row.text


def test_it_can_do_without_data_that_is_missing(alice):
    notify(people=[alice], kind="apple_ripe", data={"person": "Eve"}, path="/")
    assert texts(alice) == ["Eve says that “–” is ripe"]


def test_it_falls_back_to_the_label_where_a_translation_is_wrong(alice, monkeypatch):
    tell(alice)
    monkeypatch.setitem(registry.KINDS, "apple_ripe", Kind("apple_ripe", "An apple", "100 % %(person)d", Audience.BOTH))
    assert texts(alice) == ["An apple"]


def test_it_marks_only_the_own_ones_as_read(alice, carol):
    tell(alice, carol, group="tree-1")
    tell(alice, carol, group="tree-2")
    ids = list(Notification.objects.values_list("pk", flat=True))
    assert mark_read(person=alice, group="tree-1") == 1
    assert mark_read(person=alice) == 0
    assert (unread_count(person=alice), unread_count(person=carol)) == (1, 2)
    assert mark_read(person=alice, ids=ids) == 1
    assert mark_all_read(person=alice) == 0
    assert unread_count(person=carol) == 2


def test_it_delivers_through_another_channel_where_it_is_wanted(alice, carol, monkeypatch):
    delivered = []

    class Pigeon:
        kind, label = "pigeon", "By pigeon"

        def deliver(self, news):
            delivered.append((news.kind.name, {person.username for person in news.people}, news.kind.say(news.data)))

    monkeypatch.setattr(channels, "CHANNELS", channels.CHANNELS)
    monkeypatch.setitem(channels.CHANNELS, "pigeon", Pigeon())
    alice.notification_settings.create(kind="apple_ripe", channel="pigeon", is_on=False)
    tell(alice, carol)
    assert delivered == [("apple_ripe", {"carol"}, "Carol says that “Boskoop” is ripe")]
    assert (unread_count(person=alice), unread_count(person=carol)) == (1, 1)
    assert not is_wanted(person=alice, kind="apple_ripe", channel="pigeon")
    assert is_wanted(person=alice, kind="apple_ripe")
    assert not is_wanted(person=alice, kind="apple_fell")
