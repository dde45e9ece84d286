"""The variables of canned replies: a fixed, safe list; everything else in the text stays as it is."""

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.tickets.models import Ticket

VARIABLES = {
    "customer_name": gettext_lazy("the customer's name"),
    "ticket_number": gettext_lazy("the ticket's number"),
    "subject": gettext_lazy("the ticket's subject"),
    "department": gettext_lazy("the department"),
    "brand": gettext_lazy("the brand"),
    "agent_name": gettext_lazy("your display name"),
}
MISTAKES = 10  # so many are named at once
_VARIABLE = re.compile(r"\{\{\s*([^\W\d]\w*)\s*\}\}")  # anything that a name could be


def validate_variables(text: str) -> None:
    """Raises ValidationError for a variable such as `{{password}}` that does not exist."""
    unknown = dict.fromkeys(name for name in _VARIABLE.findall(text) if name not in VARIABLES)
    mistakes = [ValidationError(_mistake(name), code="unknown_variable") for name in list(unknown)[:MISTAKES]]
    if mistakes:
        raise ValidationError(mistakes)


def _mistake(name: str) -> str:
    """What is wrong with a name that is not in the list, and what was probably meant."""
    if meant := get_close_matches(name.lower(), VARIABLES, n=1):
        return _("There is no variable %(name)s. Did you mean %(meant)s?") % {
            "name": _written(name),
            "meant": _written(meant[0]),
        }
    return _("There is no variable %(names)s. Use %(known)s.") % {
        "names": _written(name),
        "known": ", ".join(map(_written, VARIABLES)),
    }


def _written(name: str) -> str:
    return f"{{{{{name[:60]}}}}}"


def fill_in(text: str, *, ticket: "Ticket", agent: "User") -> str:
    """`text` with its variables replaced by plain text of the ticket; what is put in is never read as a variable."""
    values = {
        "customer_name": ticket.customer_name,
        "ticket_number": ticket.number,
        "subject": ticket.subject,
        "department": ticket.department.name,
        "brand": ticket.brand.name,
        "agent_name": agent.get_full_name(),
    }
    return _VARIABLE.sub(lambda found: values.get(found[1], found[0]), text)
