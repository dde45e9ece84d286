from django.urls import include, path
from django.views.generic import TemplateView

from apps.accounts import views as accounts
from apps.accounts.token_views import PortalTokens
from apps.core import health
from apps.notifications import urls as notifications
from apps.portal import uploads, views
from apps.portal.tickets import conversation, lists, opening

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
    path("tickets/", lists.tickets, name="tickets"),
    path("tickets/new/", opening.new_ticket, name="new_ticket"),
    path("tickets/new/fields/", opening.department_fields, name="department_fields"),
    path("tickets/<str:number>/", conversation.ticket, name="ticket"),
    path("tickets/<str:number>/opened/", opening.opened, name="ticket_opened"),
    path("tickets/<str:number>/close/", conversation.close, name="ticket_close"),
    path("tickets/<str:number>/reopen/", conversation.reopen, name="ticket_reopen"),
    path("tickets/<str:number>/claim/", conversation.claim, name="ticket_claim"),
    path("tickets/<str:number>/news/", conversation.news, name="ticket_news"),
    path("media/<path:path>", uploads.upload, name="upload"),
    path("favicon.ico", uploads.favicon, name="favicon"),
    path("too-large/", views.too_large, name="too_large"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
