"""What keeps a row from being deleted, without reading all of it: a department may have a million tickets."""

from django.db import models
from django.utils.text import get_text_list
from django.utils.translation import gettext as _


def kept_by(row: models.Model) -> list[str]:
    """The names of what refers to the row and would be lost or broken without it, for example “tickets”."""
    relations = [
        field
        for field in row._meta.get_fields(include_hidden=True)
        if isinstance(field, models.ManyToOneRel) and field.on_delete is models.PROTECT
    ]
    return [
        str(relation.related_model._meta.verbose_name_plural)
        for relation in relations
        if relation.related_model._base_manager.filter(**{relation.field.name: row.pk}).exists()
    ]


def has_still(row: models.Model, what: list[str], advice: str) -> str:
    """The sentence that says what keeps a row, and what to do about it."""
    text = _("%(name)s still has %(what)s.") % {"name": row, "what": get_text_list(what, _("and"))}
    return f"{text} {advice}"
