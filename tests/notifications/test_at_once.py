"""Two workers tell about the same thing at the same moment."""

import threading
import time

import pytest
from django.db import DatabaseError, connection, transaction

from apps.accounts.models import User
from apps.notifications.models import Notification
from apps.notifications.services import mark_all_read
from tests.notifications.builders import tell

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts):
    start, errors = threading.Barrier(len(acts)), []

    def run(act):
        start.wait()
        try:
            act()
        except DatabaseError as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def test_it_makes_one_row_and_counts_every_time(alice, carol, manager):
    people = [alice, carol, manager]

    def tell_often():
        for turn in range(5):
            with transaction.atomic():
                tell(*people[turn % 2 :], *people[: turn % 2], group="tree-1")

    at_once(*[tell_often] * 4)
    assert sorted(Notification.objects.values_list("person", "count")) == sorted((person.pk, 20) for person in people)


def test_it_loses_nothing_while_it_is_read(alice):
    def tell_often():
        for _turn in range(20):
            tell(alice, group="tree-1")

    def read_often():
        for _turn in range(20):
            mark_all_read(person=alice)

    at_once(tell_often, read_often, tell_often)
    assert sum(Notification.objects.values_list("count", flat=True)) == 40
    assert Notification.objects.unread().count() <= 1


def test_it_tells_the_same_people_in_any_order_without_a_standstill(brand):
    names = [f"p{number}" for number in range(400)]
    User.objects.bulk_create([User(username=name, email=f"{name}@example.com") for name in names])
    people = list(User.objects.order_by("pk"))
    tell(*people, group="tree-1")

    def tell_in(order):
        return lambda: [tell(*order, group="tree-1") for _turn in range(8)]

    at_once(tell_in(people), tell_in(people[::-1]), tell_in(people[::-1]))
    assert set(Notification.objects.values_list("count", flat=True)) == {25}


def test_it_is_read_while_more_is_told_without_a_standstill(alice):
    tell(alice, group="tree-0")
    tell(alice, group="tree-1")
    has_begun = threading.Event()

    def tell_both():
        with transaction.atomic():
            tell(alice, group="tree-1")
            has_begun.set()
            time.sleep(0.5)  # the reader meets the first one now
            tell(alice, group="tree-0")

    def read():
        has_begun.wait()
        mark_all_read(person=alice)

    at_once(tell_both, read)
    assert sum(Notification.objects.values_list("count", flat=True)) == 4
