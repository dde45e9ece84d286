"""What the preview shows of a plan: the first rows, as text, secrets as dots."""

from typing import Any

from apps.core.importing.plans import Entry, Plan, shown
from apps.core.importing.widgets import MASK

MAX_ROWS_SHOWN = 200
_LONGEST = 160


def preview_of(plan: Plan) -> dict[str, Any]:
    """Headings and rows for the page, ready to be stored as JSON.

    A row is {"row": number, "is_new": bool, "cells": [{"before": text, "after": text, "is_changed": bool}]}.
    """
    return {
        "columns": plan.columns,
        "rows": [_row(plan, entry) for entry in plan.entries[:MAX_ROWS_SHOWN]],
        "count": len(plan.entries),
    }


def _row(plan: Plan, entry: Entry) -> dict[str, Any]:
    return {"row": entry.row, "is_new": entry.is_new, "cells": [_cell(plan, entry, name) for name in plan.columns]}


def _cell(plan: Plan, entry: Entry, name: str) -> dict[str, Any]:
    before, after = entry.before[name], entry.after[name]
    return {
        "before": "" if entry.is_new else _short(shown(plan.resource, name, before)),
        "after": _short(shown(plan.resource, name, after)),
        "is_changed": not entry.is_new and before != after,
        "is_secret": shown(plan.resource, name, after) == MASK,
    }


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
