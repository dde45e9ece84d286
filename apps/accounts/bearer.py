"""Who a request to the API is from: `Authorization: Bearer desk_…` (RFC 6750), and nothing else."""

from django.http import HttpRequest
from ninja.security import HttpBearer

from apps.accounts.token_models import ApiToken, Scope
from apps.accounts.tokens import find_token
from apps.core.limits import is_over_limit
from apps.core.problems import Problem

REQUESTS, REQUESTS_SECONDS = 600, 60
CHALLENGE = 'Bearer realm="Deskbridge"'


class Bearer(HttpBearer):
    """A token with a scope. The request is then its owner's: `request.user`, whatever cookies came with it."""

    openapi_bearerFormat = "desk_<prefix>_<secret>"  # noqa: N815 - the name in OpenAPI

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        super().__init__()

    def __call__(self, request: HttpRequest) -> ApiToken:
        token: ApiToken | None = super().__call__(request)
        if token is None:
            raise Problem(401, headers={"WWW-Authenticate": CHALLENGE})
        return token

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken:
        found = find_token(token.strip())
        if found is None:
            headers = {"WWW-Authenticate": f'{CHALLENGE}, error="invalid_token"'}
            raise Problem(401, "invalid_token", "This token is unknown, revoked or expired.", headers=headers)
        if is_over_limit(name="api", key=str(found.owner_id), limit=REQUESTS, seconds=REQUESTS_SECONDS):
            raise Problem(429, headers={"Retry-After": str(REQUESTS_SECONDS)})
        if self.scope not in found.scopes:
            headers = {"WWW-Authenticate": f'{CHALLENGE}, error="insufficient_scope", scope="{self.scope.value}"'}
            raise Problem(403, "insufficient_scope", f"This token lacks the scope {self.scope.value}.", headers=headers)
        request.user = found.owner
        return found
