"""What people may type about canned replies and custom fields."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.models import User
from apps.tickets.models import CannedReply, CustomField
from apps.tickets.queries import COUNTED
from apps.tickets.setup_rules import departments_to_prepare_for, prepares_for_all, value_count


class CannedReplyForm(forms.ModelForm):
    """A canned reply; `by` is the person who prepares it (set for each request)."""

    by: User

    class Meta:
        model = CannedReply
        fields = ["title", "category", "department", "language", "body", "is_active"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "body" in self.fields:
            self.fields["body"].widget.attrs |= {"rows": 10, "data-canned-body": ""}
        if "department" in self.fields:
            self._offer_departments(self.fields["department"])

    def _offer_departments(self, field: Any) -> None:
        field.queryset = departments_to_prepare_for(self.by).order_by("name")
        if prepares_for_all(self.by):
            field.empty_label = _("All departments")
            return
        field.required = True
        field.help_text = _("An administrator can prepare replies for all departments.")
        if len(field.queryset) == 1:
            field.empty_label = None


class CustomFieldForm(forms.ModelForm):
    """A custom field; what tickets have in it must go on making sense."""

    class Meta:
        model = CustomField
        fields = ["department", "name", "kind", "choices", "help_text", "is_required", "is_visible_to_customer"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "choices" in self.fields:
            self.fields["choices"].widget.attrs["rows"] = 6

    def clean_choices(self) -> str:
        """The choices as they are offered: without empty lines and repetitions."""
        return "\n".join(CustomField(choices=self.cleaned_data["choices"]).choice_list)

    def clean_kind(self) -> str:
        return str(self._kept("kind", _("Its kind stays as it is; make a new field instead and this one inactive.")))

    def clean_department(self) -> Any:
        return self._kept("department", _("Make a field of the same name in the other department instead."))

    def _kept(self, name: str, advice: str) -> Any:
        """The value typed. Refuses another one than the stored where tickets have values in the field."""
        if name in self.changed_data and self.instance.pk and (count := value_count(self.instance)):
            raise forms.ValidationError(f"{in_use(count)} {advice}")
        return self.cleaned_data[name]


def in_use(count: int) -> str:
    """The sentence about tickets that have a value in a field. count: at most 1,000, which means more than 999."""
    if count > COUNTED:
        return _("More than 999 tickets have a value in this field.")
    text = ngettext(
        "%(count)d ticket has a value in this field.", "%(count)d tickets have a value in this field.", count
    )
    return text % {"count": count}
