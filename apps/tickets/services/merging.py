"""Several tickets about the same matter become one."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.tickets import indexing, notices
from apps.tickets.errors import BadField, TicketLocked
from apps.tickets.models import CustomFieldValue, Ticket, TicketEvent
from apps.tickets.services.acting import hold_for_agent, record, refuse_merged
from apps.tickets.services.status import set_status
from apps.tickets.services.working import put_before_draft

MAX_MERGED = 50


@transaction.atomic
def merge_tickets(*, survivor: Ticket, duplicates: Sequence[Ticket], by: User, face: str) -> Ticket:
    """Move everything from the duplicates into the survivor; their numbers lead there from then on.

    All must belong to the same account: an e-mail address that somebody typed proves nothing, and who has the link of
    the survivor would read what somebody else wrote. Where a duplicate was active, the survivor becomes active.
    Raises TicketLocked where one of them was merged or the survivor locked, BadField where they do not belong
    together, NotAllowed where one of them is not the agent's to merge.
    """
    chosen = {ticket.pk: ticket for ticket in (survivor, *duplicates)}
    gone = [ticket for pk, ticket in chosen.items() if pk != survivor.pk]
    if not gone:
        raise BadField({"duplicates": _("Choose another ticket to merge.")})
    if len(gone) > MAX_MERGED:
        raise BadField({"duplicates": _("At most 50 tickets can be merged at once.")})
    for pk in sorted(chosen):  # always in this order, so that two merges cannot wait for each other
        hold_for_agent(chosen[pk], by, "tickets.merge_ticket")
    _refuse_merging(gone, survivor)
    for ticket in gone:
        _move_into(ticket, survivor)
        record(ticket, TicketEvent.Kind.MERGED_AWAY, by=by, face=face, into=survivor.number)
        record(survivor, TicketEvent.Kind.MERGED, by=by, face=face, number=ticket.number, subject=ticket.subject)
    if any(ticket.status == Ticket.Status.ACTIVE for ticket in gone):
        _activate(survivor, by=by, face=face)
    survivor.last_activity_at = timezone.now()
    survivor.save()
    for ticket in gone:
        _leave(ticket, survivor)
    indexing.index_whole(survivor)
    notices.merged(survivor, by=by)
    return survivor


def mergeable_with(ticket: Ticket) -> Q:
    """The condition for tickets that can be merged with this one: none where nobody's account proves whose it is."""
    same = Q(customer_id=ticket.customer_id) if ticket.customer_id else Q(pk__in=[])
    return same & Q(merged_into=None) & ~Q(pk=ticket.pk)


def _refuse_merging(gone: Sequence[Ticket], survivor: Ticket) -> None:
    refuse_merged(survivor)
    if survivor.is_locked:
        text = _("%(number)s is closed and locked. Choose another ticket that stays, or open this one again first.")
        raise TicketLocked(text % {"number": survivor.number})
    fitting = set(Ticket.objects.filter(mergeable_with(survivor), pk__in=[ticket.pk for ticket in gone]))
    for ticket in gone:
        if ticket.merged_into is not None:
            text = _("%(number)s was merged into %(other)s already.")
            raise TicketLocked(text % {"number": ticket.number, "other": ticket.merged_into.number})
        if ticket not in fitting:
            text = _("%(number)s is another customer's; merging would show it to somebody else.")
            raise BadField({"duplicates": text % {"number": ticket.number}})


def _activate(survivor: Ticket, *, by: User, face: str) -> None:
    before = survivor.status
    set_status(survivor, Ticket.Status.ACTIVE)
    if before != survivor.status:
        record(survivor, TicketEvent.Kind.STATUS, by=by, face=face, status=[before, survivor.status])


def _move_into(ticket: Ticket, survivor: Ticket) -> None:
    ticket.messages.update(ticket=survivor)
    ticket.attachments.update(ticket=survivor)
    ticket.time_logs.update(ticket=survivor)
    ticket.merged_tickets.update(merged_into=survivor)
    filled = survivor.field_values.values("field")
    CustomFieldValue.objects.filter(ticket=ticket).exclude(field__in=filled).update(ticket=survivor)
    for draft in ticket.drafts.all():
        put_before_draft(ticket=survivor, agent=draft.agent, kind=draft.kind, text=draft.text, cc=draft.cc)
        draft.delete()
    survivor.created_at = min(survivor.created_at, ticket.created_at)
    survivor.in_count += ticket.in_count
    survivor.out_count += ticket.out_count
    replied = [moment for moment in (survivor.first_replied_at, ticket.first_replied_at) if moment]
    survivor.first_replied_at = min(replied, default=None)


def _leave(ticket: Ticket, survivor: Ticket) -> None:
    indexing.forget_ticket(ticket)
    ticket.merged_into = survivor
    ticket.status = Ticket.Status.LOCKED
    ticket.idle_since = None
    ticket.follow_up_at, ticket.follow_up_note = None, ""
    ticket.closed_at = ticket.closed_at or timezone.now()
    ticket.in_count = ticket.out_count = 0
    ticket.save()
