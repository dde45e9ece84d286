"""The management interface's first page: what needs attention now."""

from typing import Any

from django.http import HttpRequest


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add the cards of the first page to its template context."""
    return context
