"""What can happen to tickets. Every face and every job calls these."""

from apps.tickets.services.changing import (
    change_fields,
    change_pin,
    change_priority,
    change_status,
    change_subject,
    claim_ticket,
    close_by_customer,
    reopen_by_customer,
)
from apps.tickets.services.follow_ups import announce_follow_up, change_follow_up
from apps.tickets.services.merging import merge_tickets, mergeable_with
from apps.tickets.services.moving import (
    assign_ticket,
    give_out,
    set_available,
    take_next,
    take_ticket,
    transfer_ticket,
)
from apps.tickets.services.opening import open_ticket
from apps.tickets.services.status import ResolutionMissing
from apps.tickets.services.talking import (
    SentAlready,
    add_customer_message,
    add_note,
    announce_reply,
    reply_to_ticket,
    undo_reply,
)
from apps.tickets.services.working import discard_draft, log_time, save_draft

__all__ = [
    "ResolutionMissing",
    "SentAlready",
    "add_customer_message",
    "add_note",
    "announce_follow_up",
    "announce_reply",
    "assign_ticket",
    "change_fields",
    "change_follow_up",
    "change_pin",
    "change_priority",
    "change_status",
    "change_subject",
    "claim_ticket",
    "close_by_customer",
    "discard_draft",
    "give_out",
    "log_time",
    "merge_tickets",
    "mergeable_with",
    "open_ticket",
    "reopen_by_customer",
    "reply_to_ticket",
    "save_draft",
    "set_available",
    "take_next",
    "take_ticket",
    "transfer_ticket",
    "undo_reply",
]
