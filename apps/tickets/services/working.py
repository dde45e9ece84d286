"""What an agent leaves on a ticket while working: drafts and time."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.html import plain
from apps.tickets.errors import BadField
from apps.tickets.models import Draft, Ticket, TicketEvent, TimeLog
from apps.tickets.services.acting import hold_for_agent, may_work_on, not_there, record, refuse_merged
from apps.tickets.texts import MAX_COPIES, MAX_TEXT, clean_line

MAX_MINUTES = 24 * 60
FIRST_YEAR = 2000


def save_draft(
    *, ticket: Ticket, by: User, text: str, kind: str = Draft.Kind.REPLY, cc: Sequence[str] = ()
) -> Draft | None:
    """Keep what the agent has typed so far, as it is; empty text forgets the draft (None).

    Raises NotAllowed where the ticket is not the agent's to work on, TicketLocked where it was merged, BadField
    where the text is too long to be sent.
    """
    if not may_work_on(by, ticket):
        raise not_there()
    refuse_merged(ticket)
    if len(text) > MAX_TEXT or kind not in Draft.Kind.values:
        raise BadField({"text": _("This is too long: at most 100,000 characters. Attach longer texts as a file.")})
    if not text.strip():
        discard_draft(ticket=ticket, by=by)
        return None
    kept = {"kind": kind, "text": text.replace("\0", ""), "cc": [plain(address)[:254] for address in cc][:MAX_COPIES]}
    return Draft.objects.update_or_create(ticket=ticket, agent=by, defaults=kept)[0]


def put_before_draft(*, ticket: Ticket, agent: User, kind: str, text: str, cc: Sequence[str]) -> Draft:
    """Keep a text as the agent's draft, before what is there already. A note never becomes a reply."""
    drafts = Draft.objects.select_for_update()
    kept, _created = drafts.get_or_create(ticket=ticket, agent=agent, defaults={"kind": kind})
    kept.text = f"{text}\n\n{kept.text}".strip()
    kept.kind = Draft.Kind.NOTE if Draft.Kind.NOTE in (kind, kept.kind) else Draft.Kind.REPLY
    kept.cc = list(dict.fromkeys([*cc, *kept.cc]))[:MAX_COPIES]
    kept.save()
    return kept


def discard_draft(*, ticket: Ticket, by: User) -> None:
    """Forget the agent's own draft."""
    Draft.objects.filter(ticket=ticket, agent=by).delete()


@transaction.atomic
def log_time(
    *,
    ticket: Ticket,
    by: User,
    minutes: int,
    face: str,
    subject: str = "",
    is_billable: bool = False,
    worked_on: date | None = None,
) -> TimeLog:
    """Note that the agent worked on the ticket for some minutes (1 to 1,440).

    Raises BadField, NotAllowed, TicketLocked where it was merged.
    """
    hold_for_agent(ticket, by)
    refuse_merged(ticket)
    if not 1 <= minutes <= MAX_MINUTES:
        raise BadField({"minutes": _("Write how many minutes it took, from 1 to 1,440.")})
    day = worked_on or timezone.localdate()
    if day > timezone.localdate():
        raise BadField({"worked_on": _("This day has not come yet.")})
    if day.year < FIRST_YEAR:
        raise BadField({"worked_on": _("Choose a day that has been, from the year 2000 on.")})
    log = TimeLog.objects.create(
        ticket=ticket,
        agent=by,
        agent_name=by.get_full_name(),
        subject=clean_line("subject", subject),
        minutes=minutes,
        is_billable=is_billable,
        worked_on=day,
    )
    record(ticket, TicketEvent.Kind.TIME_LOGGED, by=by, face=face, minutes=minutes)
    return log
