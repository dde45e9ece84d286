"""Tickets, what is said in them, and what people set up for them."""

from apps.tickets.models.message import Attachment, Message, attachment_path
from apps.tickets.models.setup import CannedReply, CustomField, CustomFieldValue
from apps.tickets.models.ticket import Ticket, TicketEvent, TicketQuerySet
from apps.tickets.models.work import AssignmentTurn, Draft, TimeLog

__all__ = [
    "AssignmentTurn",
    "Attachment",
    "CannedReply",
    "CustomField",
    "CustomFieldValue",
    "Draft",
    "Message",
    "Ticket",
    "TicketEvent",
    "TicketQuerySet",
    "TimeLog",
    "attachment_path",
]
