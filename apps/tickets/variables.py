"""The variables of canned replies: a fixed, safe list; everything else in the text stays as it is."""

import re
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
_VARIABLE = re.compile(r"\{\{\s*([a-z_]+)\s*\}\}")


def validate_variables(text: str) -> None:
    """Raises ValidationError for a variable such as `{{password}}` that does not exist."""
    unknown = sorted({name for name in _VARIABLE.findall(text) if name not in VARIABLES})
    if unknown:
        raise ValidationError(
            _("There is no variable %(names)s. Use %(known)s.")
            % {
                "names": ", ".join(f"{{{{{name}}}}}" for name in unknown),
                "known": ", ".join(f"{{{{{name}}}}}" for name in VARIABLES),
            }
        )


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
