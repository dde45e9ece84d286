"""Writing: replies, notes, taking a reply back, drafts and canned replies."""

import re
import uuid
from operator import attrgetter
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.core.html import plain
from apps.core.typed import read_number, read_uuid
from apps.tickets import services
from apps.tickets.attachments import pending_for
from apps.tickets.errors import BadField, ReplyCrossed
from apps.tickets.models import Attachment, CannedReply, Draft, Message, Ticket
from apps.tickets.pages.access import FACE, WorkRequest, own_draft, reading, ticket_for, working
from apps.tickets.pages.answers import FOLDER, described, shown
from apps.tickets.pages.contents import base
from apps.tickets.pages.conversation import with_files
from apps.tickets.texts import clean_body
from apps.tickets.uploads import posted_files
from apps.tickets.variables import fill_in

HOLD_SECONDS = 8
CANNED_SHOWN = 100
_BETWEEN_ADDRESSES = re.compile(r"[\s,;]+")


def composer(request: WorkRequest, ticket: Ticket) -> dict[str, Any]:
    """The form with what this person has typed so far."""
    return {
        "draft": own_draft(ticket, request.user),
        "client_id": uuid.uuid4(),
        "note_kinds": Message.Kind.choices,
    }


@working
def reply(request: WorkRequest, ticket: Ticket) -> HttpResponse:
    """Send a reply; the customer sees it after some seconds, in which it can be undone."""
    try:
        message = services.reply_to_ticket(
            ticket=ticket,
            by=request.user,
            text=request.POST.get("text", ""),
            cc=_addresses(request.POST.get("cc", "")),
            attachments=_files(request, ticket),
            status=request.POST.get("status", Ticket.Status.WAITING),
            seen_message_id=read_number(request.POST.get("seen_message_id", "")) or 0,
            hold_seconds=HOLD_SECONDS,
            client_id=read_uuid(request.POST.get("client_id", "")),
            face=FACE,
        )
    except ReplyCrossed as crossed:
        return _crossed(request, ticket, crossed)
    return _sent(request, ticket, message)


@working
def note(request: WorkRequest, ticket: Ticket) -> HttpResponse:
    """Add a note for the colleagues."""
    message = services.add_note(
        ticket=ticket,
        by=request.user,
        text=request.POST.get("text", ""),
        kind=request.POST.get("note_kind", Message.Kind.GENERAL),
        attachments=_files(request, ticket),
        client_id=read_uuid(request.POST.get("client_id", "")),
        face=FACE,
    )
    return _sent(request, ticket, message)


@working
def undo(request: WorkRequest, ticket: Ticket, message_id: int) -> HttpResponse:
    """Take a reply back: the composer has its text and files again."""
    message = get_object_or_404(ticket.messages.filter(direction=Message.Direction.OUT), pk=message_id)
    services.undo_reply(message=message, by=request.user)
    return _composer_again(request, ticket)


@reading
def show_composer(request: WorkRequest, ticket: Ticket) -> HttpResponse:
    """The form as the server has it, for a page whose draft was changed in another window."""
    return _composer_again(request, ticket)


@working
def draft(request: WorkRequest, ticket: Ticket) -> HttpResponse:
    """Keep what is typed. `known`: which version of the draft the window knows; nothing is written over another one."""
    text = request.POST.get("text", "")
    kind = request.POST.get("kind", Draft.Kind.REPLY)
    with transaction.atomic():
        before = Draft.objects.select_for_update().filter(ticket=ticket, agent=request.user).first()
        is_same = before is not None and (before.text, before.kind) == (text, kind)
        is_known = before is None or _version(before) == request.POST.get("known", "")
        if not (is_same or is_known or request.POST.get("force")):
            error = _("This draft was changed in another window.")
            return JsonResponse({"code": "draft_changed", "error": error, "version": _version(before)}, status=409)
        cc = _BETWEEN_ADDRESSES.split(request.POST.get("cc", "").strip())
        kept = services.save_draft(ticket=ticket, by=request.user, text=text, kind=kind, cc=[a for a in cc if a])
    return JsonResponse({"version": _version(kept), "said": _("Draft saved") if kept else ""})


@reading
def canned_replies(request: WorkRequest, ticket: Ticket) -> HttpResponse:
    """The canned replies that fit the ticket and hold the words of `q`, by category."""
    rows = CannedReply.objects.visible_to(request.user).for_ticket(ticket)
    for word in plain(request.GET.get("q", "")).split()[:5]:
        rows = rows.filter(Q(title__icontains=word) | Q(category__icontains=word) | Q(body__icontains=word))
    # By category, and within one those in the ticket's language first.
    by_category = sorted(rows[:CANNED_SHOWN], key=attrgetter("category"))
    return shown(
        request,
        "_canned_replies",
        {"ticket": ticket, "canned_replies": by_category, "is_list": bool(request.GET.get("list"))},
    )


@reading
def canned_reply(request: WorkRequest, ticket: Ticket, canned_id: int) -> HttpResponse:
    """The text of a canned reply with its variables filled in."""
    found = get_object_or_404(CannedReply.objects.visible_to(request.user).for_ticket(ticket), pk=canned_id)
    return JsonResponse({"text": fill_in(found.body, ticket=ticket, agent=request.user)})


def _composer_again(request: WorkRequest, ticket: Ticket) -> HttpResponse:
    pending = pending_for(by=request.user, ticket=ticket)
    now = ticket_for(request, ticket.pk, with_drafts=True)
    return shown(request, "_composer", {**base(request, now), **composer(request, now), "pending": pending})


def _sent(request: WorkRequest, ticket: Ticket, message: Message) -> HttpResponse:
    """`is_other`: the form had arrived before with another text, which is the one that was sent."""
    text = clean_body(request.POST.get("text", ""), "")[0]
    answer = {"message": message.pk, "client_id": str(uuid.uuid4()), "undo": "", "hold_seconds": 0}
    answer["is_other"] = text != message.text
    if message.is_held:
        answer["undo"] = reverse("admin:tickets_ticket_undo", args=[ticket.pk, message.pk])
        answer["hold_seconds"] = HOLD_SECONDS
    return JsonResponse(answer)


def _crossed(request: WorkRequest, ticket: Ticket, crossed: ReplyCrossed) -> HttpResponse:
    replies = [message for message in crossed.newer if message.direction == Message.Direction.OUT]
    context = {
        "ticket": ticket,
        "written": with_files(crossed.newer, request, ticket)[0],
        "is_preview": True,
        "from_customer": len(crossed.newer) - len(replies),
        "colleagues": list(
            {message.author_id: message.author_name or _("A colleague") for message in replies}.values()
        ),
    }
    html = render_to_string(f"{FOLDER}/_crossed.html", context, request=request)
    answer = {**described(crossed), "html": html, "newest": crossed.newer[-1].pk}
    return JsonResponse(answer, status=409)


def _files(request: WorkRequest, ticket: Ticket) -> list[Attachment]:
    files, problems = posted_files(request, ticket=ticket, sent_as=read_uuid(request.POST.get("client_id", "")))
    if problems:
        raise BadField({"attachments": " ".join(problems)})
    return files


def _addresses(text: str) -> list[str]:
    return _BETWEEN_ADDRESSES.split(text.strip())


def _version(kept: Draft | None) -> str:
    return kept.updated_at.isoformat() if kept else ""
