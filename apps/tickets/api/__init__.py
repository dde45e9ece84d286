"""The API's operations on tickets: HTTP in, a service called, JSON out."""

from apps.tickets.api import files, history, messages, tickets
from apps.tickets.api.problems import as_problem

ROUTERS = (tickets.router, messages.router, files.router, history.router)

__all__ = ["ROUTERS", "as_problem"]
