"""The API's operations on tickets: HTTP in, a service called, JSON out."""

from apps.tickets.api.files import router as files
from apps.tickets.api.history import router as history
from apps.tickets.api.messages import router as messages
from apps.tickets.api.problems import as_problem
from apps.tickets.api.tickets import router as tickets

ROUTERS = (tickets, messages, files, history)

__all__ = ["ROUTERS", "as_problem"]
