from django.urls import include, path
from django.views.generic import TemplateView

from apps.accounts import views as accounts
from apps.accounts.token_views import PortalTokens
from apps.core import health
from apps.notifications import urls as notifications
from apps.portal import uploads, views

app_name = "portal"
urlpatterns = [
    path("", views.home, name="home"),
    path("login/", accounts.Login.as_view(), name="login"),
    path("logout/", accounts.Logout.as_view(), name="logout"),
    path("register/", accounts.Register.as_view(), name="register"),
    path("account/", accounts.Account.as_view(), name="account"),
    path("account/tokens/", PortalTokens.as_view(), name="tokens"),
    path("password/reset/", accounts.ForgottenPassword.as_view(), name="password_reset"),
    path(
        "password/reset/sent/",
        TemplateView.as_view(template_name="portal/password_reset_done.html"),
        name="password_reset_done",
    ),
    path("password/reset/<uidb64>/<token>/", accounts.NewPassword.as_view(), name="password_reset_confirm"),
    path("", include((notifications.portal, "notifications"))),
    path("media/<path:path>", uploads.upload, name="upload"),
    path("favicon.ico", uploads.favicon, name="favicon"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
