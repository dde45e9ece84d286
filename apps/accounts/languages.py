"""Choosing the language of both interfaces."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from apps.accounts.models import User


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Django's language switch, which also keeps the choice with the account."""
    code = request.POST.get("language", "")
    if request.user.is_authenticated and code in dict(settings.LANGUAGES):
        User.objects.filter(pk=request.user.pk).update(language=code)
    return set_language(request)
