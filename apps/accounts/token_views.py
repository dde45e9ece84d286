"""The page where people make and revoke their own API tokens, on the portal and in the management interface."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.generic import TemplateView

from apps.accounts.models import User
from apps.accounts.token_forms import ManagementTokenForm, TokenForm
from apps.accounts.token_models import ApiToken
from apps.accounts.tokens import TOKENS_A_PERSON, create_token, revoke_token
from apps.core.typed import read_number


@method_decorator([sensitive_post_parameters(), never_cache], name="dispatch")
class TokenPage(TemplateView):
    """A list, a form, and after making a token its text: once, on the answer itself and nowhere else."""

    address: str
    form_class: type[TokenForm] = TokenForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        tokens = list(self.user.api_tokens.all()[: 5 * TOKENS_A_PERSON])
        is_full = sum(token.revoked_at is None for token in tokens) >= TOKENS_A_PERSON
        context = {"form": self.form_class(), "tokens": tokens, "is_full": is_full, "limit": TOKENS_A_PERSON}
        return super().get_context_data(**{**context, **kwargs})

    @property
    def user(self) -> User:
        user: User = self.request.user  # type: ignore[assignment]
        return user

    def post(self, request: HttpRequest) -> HttpResponse:
        if "revoke" in request.POST:
            return self.revoke(request.POST["revoke"])
        return self.create(self.form_class(request.POST))

    def revoke(self, pk: str) -> HttpResponse:
        own = ApiToken.objects.filter(owner=self.user)
        token = get_object_or_404(own, pk=read_number(pk) or 0)
        revoke_token(token=token)
        messages.success(self.request, _("“%(name)s” is revoked and opens nothing any more.") % {"name": token.name})
        return redirect(self.address)

    @sensitive_variables("text")
    def create(self, form: TokenForm) -> HttpResponse:
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        try:
            token, text = create_token(owner=self.user, **form.wanted)
        except ValidationError as error:
            form.add_error(None, error)
            return self.render_to_response(self.get_context_data(form=form))
        return self.render_to_response(self.get_context_data(made=token, text=text))


class PortalTokens(LoginRequiredMixin, TokenPage):
    """On the portal."""

    template_name = "portal/tokens.html"
    address = "portal:tokens"


class ManagementTokens(TokenPage):
    """In the management interface."""

    template_name = "admin/tokens.html"
    address = "tokens"
    form_class = ManagementTokenForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        site = admin.site.each_context(self.request)
        return {**site, "title": _("API tokens"), **super().get_context_data(**kwargs)}
