from apps.tickets.admin.ticket import TicketAdmin

__all__ = ["TicketAdmin"]
