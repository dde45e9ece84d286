"""Canned replies in files."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field

from apps.accounts.models import Department
from apps.brands.resources import ACTIVE_EXPLAINED
from apps.core.importing.fields import NameWidget, no_such
from apps.core.importing.plans import Plan
from apps.core.importing.resources import DeskResource
from apps.tickets.models import CannedReply
from apps.tickets.setup_rules import departments_to_prepare_for, prepares_for_all


class CannedReplyResource(DeskResource):
    """One row a reply, told apart by its title, department and language together."""

    department = Field(column_name="department", attribute="department_id", widget=NameWidget(Department))
    empty_keys = frozenset({"department", "language"})
    explanations = {
        "title": _("The title. Title, department and language together tell rows apart."),
        "department": _("The name of a department. Empty: all departments, which only administrators may write."),
        "language": _("en, de or es. Empty: for all languages."),
        "category": _("The heading under which it stands in the list, or empty."),
        "body": _("The text, with variables such as {{customer_name}}."),
        "is_active": ACTIVE_EXPLAINED,
    }

    class Meta:
        model = CannedReply
        import_id_fields = ("title", "department", "language")
        fields = ("title", "department", "language", "category", "body", "is_active")

    def key_of(self, instance: models.Model) -> tuple[str, ...]:
        return tuple(self.columns[name].export(instance) for name in self.key)

    def plain_key(self, cells: tuple[str, ...]) -> tuple[str, ...]:
        title, department, language = cells
        return title, department, self._language(language)

    def check_all(self, plan: Plan) -> None:
        """Nobody imports for departments that they do not prepare replies for."""
        if self.by is None or prepares_for_all(self.by):
            return
        own = set(departments_to_prepare_for(self.by).values_list("pk", flat=True))
        names: Any = self.columns["department"].widget
        for entry in plan.entries:
            department = entry.after["department"]
            if department is None:
                plan.refuse(entry.row, "department", str(_("Name one of your departments.")))
            elif department not in own:
                plan.refuse(entry.row, "department", no_such(Department, names.render(department)))

    def _language(self, text: str) -> str:
        """The code of a language that is written by its code or its name; what is neither stays."""
        try:
            return str(self.columns["language"].widget.clean(text))
        except ValueError:
            return text
