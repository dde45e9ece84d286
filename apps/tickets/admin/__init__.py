from apps.tickets.admin.setup import CannedReplyAdmin, CustomFieldAdmin
from apps.tickets.admin.ticket import TicketAdmin

__all__ = ["CannedReplyAdmin", "CustomFieldAdmin", "TicketAdmin"]
