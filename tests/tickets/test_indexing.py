"""Filling the search index anew."""

import pytest
from django.core.management import call_command

from apps.core.search import services as search
from apps.core.search.models import SearchDocument
from apps.tickets import indexing, services
from tests.tickets.conftest import MANAGEMENT

pytestmark = pytest.mark.django_db


def test_it_finds_everything_again_after_the_index_was_lost(make_ticket, alice, bob, carol, workshop, capsys):
    ticket, other = make_ticket(), make_ticket(subject="Toaster", department=workshop)
    services.add_note(ticket=ticket, by=alice, text="Wrong fuse", face=MANAGEMENT)
    found = {row.pk: (row.kind, row.object_id, row.marks) for row in SearchDocument.objects.defer("terms")}
    SearchDocument.objects.all().delete()
    call_command("reindex")
    again = {(row.kind, row.object_id, row.marks) for row in SearchDocument.objects.defer("terms")}
    assert again == set(found.values())
    assert "6 documents" in capsys.readouterr().out
    assert [hit.group_id for hit in search.search(text="toaster", scopes=indexing.scopes_for(bob))] == [other.pk]
    assert search.search(text="fuse", scopes=indexing.scopes_of_customer(carol)) == []
