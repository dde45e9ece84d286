"""Why a feed could not be fetched, in words that an administrator understands."""

from http import HTTPStatus

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from apps.feeds.models import FeedState

_SENTENCES: dict[str, Promise] = {
    "timeout": _("The server took too long to answer."),
    "connection": _("The server could not be reached."),
    "tls": _("The server's certificate is not valid for this address, or it does not speak TLS."),
    "blocked_address": _("The address leads to a private network, which is not allowed."),
    "bad_scheme": _("The address leads to something that is neither http nor https."),
    "bad_url": _("The address, or one that it leads to, is not a valid web address."),
    "bad_header": _("The request could not be sent."),
    "too_many_redirects": _("The server sends us from one address to the next without end."),
    "redirect_no_location": _("The server sends us to another address but does not say which."),
    "redirect_to_other_origin": _("The server sends us to another server, which is not allowed here."),
    "too_large": _("The document is larger than 5 MB."),
    "bad_content_encoding": _("The server packs its answer in a way that cannot be read."),
    "truncated": _("The answer broke off before its end."),
    "protocol": _("The server's answer is not valid HTTP."),
    "auth": _("The server asks for a user name and password."),
    "forbidden": _("The server answered 403 Forbidden."),
    "gone": _("The server says that this feed is gone for good."),
    "throttled": _("The server asked us to come less often."),
    "unasked_304": _("The server says that nothing changed, though it was not asked that."),
    "not_a_feed": _("This document is not a feed."),
    "empty": _("The server sent an empty document."),
    "unsafe_xml": _("The document defines entities that are not allowed."),
    "too_complex": _("The document takes too much time or memory to read."),
    "unreadable": _("The document cannot be read."),
    "crashed": _("Reading the document failed."),
    "busy": _("Two addresses are being looked at already."),
}
_DETAILED: dict[tuple[str, str], Promise] = {
    ("not_a_feed", "html"): _("This is a web page, not a feed."),
    ("forbidden", "challenge"): _("The server answered 403 Forbidden: its protection against robots refuses us."),
}


def describe_error(state: FeedState) -> Promise | str:
    """The last error as a sentence, translated when it is shown; empty where there is none."""
    return explain(state.error_kind, state.error_detail, state.http_status)


def explain(kind: str, detail: str = "", http_status: int | None = None) -> Promise | str:
    """The sentence for an error of this kind."""
    if not kind:
        return ""
    if kind == "http_status" and http_status:
        return format_lazy(_("The server answered {status}."), status=_status(http_status))
    return _DETAILED.get((kind, detail)) or _SENTENCES.get(kind) or _("The feed could not be fetched.")


def _status(number: int) -> str:
    try:
        return f"{number} {HTTPStatus(number).phrase}"
    except ValueError:
        return str(number)
