"""The demo's tickets: invented conversations, told step by step in `fixtures/demo/tickets.json`.

Each step goes through the service that a page would call, so that numbers, events and search are right; then what the
step has just written gets the moment at which the story says that it happened.
"""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.db import models
from django.utils import timezone, translation
from PIL import Image, ImageDraw

from apps.accounts.models import Department, User
from apps.brands.models import Brand
from apps.notifications.models import Notification
from apps.tickets import services
from apps.tickets.attachments import store_upload
from apps.tickets.guests import link_key
from apps.tickets.models import Attachment, CannedReply, CustomField, Draft, Message, Ticket, TicketEvent, TimeLog

Story = dict[str, Any]
Step = dict[str, Any]
MANAGEMENT, PORTAL = TicketEvent.Face.MANAGEMENT, TicketEvent.Face.PORTAL
SPAN = re.compile(r"(-?\d+) (day|hour|minute)s?")
MOMENTS: dict[type[models.Model], tuple[str, ...]] = {
    Ticket: ("created_at", "last_activity_at", "idle_since", "transferred_at", "first_replied_at", "closed_at"),
    Message: ("created_at", "visible_at"),
    TicketEvent: ("created_at",),
    Attachment: ("created_at",),
    Draft: ("updated_at",),
    TimeLog: ("created_at",),
    Notification: ("happened_at",),
}


@dataclass(frozen=True)
class Act:
    """A step of a story with the ticket that it is about and who does it (None for somebody without an account)."""

    ticket: Ticket
    by: Any
    step: Step
    tickets: dict[str, Ticket]


def load_canned_replies(rows: list[Story], departments: dict[str, Department]) -> None:
    """Make the canned replies."""
    for row in rows:
        CannedReply.objects.create(**row | {"department": departments.get(row.get("department", ""))})


def load_custom_fields(rows: list[Story], departments: dict[str, Department]) -> None:
    """Make the custom fields, in their order."""
    for row in rows:
        CustomField.objects.create(**row | {"department": departments[row["department"]]})


def load_tickets(stories: list[Story], *, folder: Path, brands: dict[str, Brand]) -> None:
    """Play the stories, all their steps in the order of time. folder: where the files are that people attach."""
    now = timezone.now()
    people = {user.username: user for user in User.objects.all()}
    tickets: dict[str, Ticket] = {}
    steps = [
        (span(step["ago"]), number, story, step) for number, story in enumerate(stories) for step in story["steps"]
    ]
    for ago, _number, story, step in sorted(steps, key=lambda row: (-row[0], row[1])):
        started, by = timezone.now(), people.get(step.get("who", ""))
        if step["does"] == "opens":
            tickets[story["subject"]] = _open(story, step, by=by, folder=folder, brand=brands[story["brand"]])
        else:
            ticket = tickets[story["subject"]]
            ticket.refresh_from_db()
            ACTS[step["does"]](Act(ticket, by, step, tickets))
        _happened(now - ago, since=started)


def span(text: str) -> timedelta:
    """How long ago “2 days 3 hours” is."""
    return timedelta(**{f"{unit}s": float(number) for number, unit in SPAN.findall(text)})


def _open(story: Story, step: Step, *, by: User | None, folder: Path, brand: Brand) -> Ticket:
    name, email = story.get("guest", ("", ""))
    department = Department.objects.get(name=story["department"])
    fields = {field.name: field for field in department.custom_fields.all()}
    typed = {fields[name]: value for name, value in story.get("fields", {}).items()}
    with translation.override(story.get("language", "en")):
        ticket = services.open_ticket(
            brand=brand,
            department=department,
            subject=story["subject"],
            text=step["text"],
            by=by,
            name=name,
            email=email,
            priority=story.get("priority", Ticket.Priority.NORMAL),
            fields={field.pk: value for field, value in typed.items() if field.is_visible_to_customer},
            attachments=[store_upload(upload=_file(name, folder), by=by) for name in step.get("files", [])],
            face=PORTAL,
        )
    for field, value in typed.items():
        if not field.is_visible_to_customer:
            ticket.field_values.create(field=field, value=value)
    return ticket


def _file(name: str, folder: Path) -> ContentFile:
    path = folder / name
    return ContentFile(path.read_bytes() if path.exists() else _fork(), name=name)


def _fork() -> bytes:
    """A picture of a fork with a bent tine."""
    picture = Image.new("RGB", (480, 320), "#f4f1ea")
    pen = ImageDraw.Draw(picture)
    pen.line([(20, 160), (200, 160)], fill="#8a5a2b", width=18)
    pen.line([(200, 70), (200, 250)], fill="#5b6770", width=14)
    for height in (70, 130, 190):
        pen.line([(200, height), (450, height)], fill="#5b6770", width=10)
    pen.line([(200, 250), (320, 250), (440, 205)], fill="#b3401e", width=10, joint="curve")
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    return stream.getvalue()


def _answer(act: Act) -> None:
    key = "" if act.by else link_key(act.ticket)
    services.add_customer_message(ticket=act.ticket, by=act.by, key=key, text=act.step["text"], face=PORTAL)


def _reply(act: Act) -> None:
    status = act.step.get("status", Ticket.Status.WAITING)
    services.reply_to_ticket(ticket=act.ticket, by=act.by, text=act.step["text"], status=status, face=MANAGEMENT)


def _note(act: Act) -> None:
    kind = act.step.get("kind", Message.Kind.GENERAL)
    services.add_note(ticket=act.ticket, by=act.by, text=act.step["text"], kind=kind, face=MANAGEMENT)


def _take(act: Act) -> None:
    services.take_ticket(ticket=act.ticket, by=act.by, face=MANAGEMENT)


def _pin(act: Act) -> None:
    services.change_pin(ticket=act.ticket, is_pinned=True, by=act.by, face=MANAGEMENT)


def _set(act: Act) -> None:
    services.change_status(ticket=act.ticket, status=act.step["status"], by=act.by, face=MANAGEMENT)


def _follow_up(act: Act) -> None:
    at = timezone.now() + span(act.step["in"])
    services.change_follow_up(ticket=act.ticket, at=at, note=act.step["text"], by=act.by, face=MANAGEMENT)


def _transfer(act: Act) -> None:
    department = Department.objects.get(name=act.step["department"])
    services.transfer_ticket(
        ticket=act.ticket, department=department, comment=act.step["text"], by=act.by, face=MANAGEMENT
    )


def _merge(act: Act) -> None:
    survivor = act.tickets[act.step["into"]]
    services.merge_tickets(survivor=survivor, duplicates=[act.ticket], by=act.by, face=MANAGEMENT)


def _log(act: Act) -> None:
    day: date = timezone.localdate() - span(act.step["ago"])
    services.log_time(
        ticket=act.ticket,
        by=act.by,
        minutes=act.step["minutes"],
        subject=act.step["text"],
        is_billable=act.step.get("billable", True),
        worked_on=day,
        face=MANAGEMENT,
    )


def _draft(act: Act) -> None:
    services.save_draft(ticket=act.ticket, by=act.by, text=act.step["text"])


ACTS: dict[str, Callable[[Act], None]] = {
    "answers": _answer,
    "replies": _reply,
    "notes": _note,
    "takes": _take,
    "pins": _pin,
    "sets": _set,
    "follows_up": _follow_up,
    "transfers": _transfer,
    "merges": _merge,
    "logs": _log,
    "drafts": _draft,
}


def _happened(at: datetime, *, since: datetime) -> None:
    """What was written after `since` happened at this moment."""
    for model, names in MOMENTS.items():
        for name in names:
            model._default_manager.filter(**{f"{name}__gte": since}).update(**{name: at})
