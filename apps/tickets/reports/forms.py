"""What people choose on the page of the reports."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from apps.accounts.models import User
from apps.tickets.reports.scopes import MAX_DAYS, Period, Reach, Scope, sees_everybody

EARLIEST = date(2000, 1, 1)
LAST_DAYS = (7, 30, 90)
USUAL = "30"
CUSTOM = "custom"


def day_input() -> forms.DateInput:
    """A date as the browser asks for it."""
    widget = UnfoldAdminTextInputWidget()
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": widget.attrs["class"]})


class ReportForm(forms.Form):
    """A period, and whose numbers. Choices that are not theirs are errors of `department` and `agent`."""

    period = forms.ChoiceField(label=gettext_lazy("Period"), widget=UnfoldAdminSelectWidget, required=False)
    first = forms.DateField(label=gettext_lazy("From"), widget=day_input(), required=False)
    last = forms.DateField(label=gettext_lazy("To"), widget=day_input(), required=False)
    department = forms.TypedChoiceField(
        label=gettext_lazy("Department"), widget=UnfoldAdminSelectWidget, required=False, coerce=int, empty_value=None
    )
    agent = forms.TypedChoiceField(
        label=gettext_lazy("Agent"), widget=UnfoldAdminSelectWidget, required=False, coerce=int, empty_value=None
    )

    def __init__(self, data: Any, *, user: User) -> None:
        usual = {"period": USUAL, **{name: data[name] for name in self.base_fields if data.get(name)}}
        super().__init__(usual)
        self.reach = Reach.of(user)
        self._choices("period", [*((str(days), _last_days(days)) for days in LAST_DAYS), (CUSTOM, _("From … to …"))])
        self._choices("department", [("", _("All departments")), *self.reach.departments.items()])
        self._choices("agent", [("", _("All agents")), *self.reach.agents.items()])
        if not sees_everybody(user):
            del self.fields["agent"]

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        if cleaned.get("period") == CUSTOM and not self.errors:
            self._check_days(cleaned["first"], cleaned["last"])
        return cleaned

    @property
    def is_foreign(self) -> bool:
        """Whether a department or an agent was asked for that is not this person's to look at."""
        return bool({"department", "agent"} & set(self.errors))

    @property
    def chosen_period(self) -> Period:
        """The period asked for; the usual one where the form is not right."""
        if not self.is_valid():
            return Period.of_days(int(USUAL))
        if self.cleaned_data["period"] == CUSTOM:
            return Period(self.cleaned_data["first"], self.cleaned_data["last"])
        return Period.of_days(int(self.cleaned_data["period"]))

    @property
    def scope(self) -> Scope:
        """Whose numbers. Raises NotAllowed for somebody else's."""
        cleaned = self.cleaned_data
        return self.reach.scope(department=cleaned.get("department"), agent=cleaned.get("agent"))

    def _choices(self, name: str, choices: list[tuple[Any, Any]]) -> None:
        field: Any = self.fields[name]
        field.choices = choices

    def _check_days(self, first: date | None, last: date | None) -> None:
        for name, day in (("first", first), ("last", last)):
            if day is None:
                self.add_error(name, _("Choose a day."))
            elif not EARLIEST <= day <= timezone.localdate():
                self.add_error(name, _("Choose a day that has been, from the year 2000 on."))
        if first and last and not self.errors:
            if first > last:
                self.add_error("last", _("Choose a day that is not before the first one."))
            elif (last - first).days >= MAX_DAYS:
                self.add_error("last", _("Choose at most 366 days."))


def _last_days(days: int) -> str:
    return ngettext("Last %(count)d day", "Last %(count)d days", days) % {"count": days}
