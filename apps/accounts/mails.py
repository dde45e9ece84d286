"""E-mail to people about their accounts, in the name of a brand."""

from email.utils import formataddr, parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation

from apps.accounts.models import User
from apps.brands.models import Brand


def send(*, template: str, address: str, user: User, brand: Brand, language: str, **context: Any) -> None:
    """Send `emails/<template>.txt` (its first line is the subject) and `.html` to an address.

    language: used where the person has chosen none. Raises OSError where the mail server does not take it.
    """
    context |= {"brand": brand, "user": user, "palette": brand.palette}
    with translation.override(user.language or language or brand.language):
        subject, _line, text = render_to_string(f"emails/{template}.txt", context).strip().partition("\n")
        html = render_to_string(f"emails/{template}.html", {**context, "subject": subject})
    sender = formataddr((brand.name, parseaddr(settings.DEFAULT_FROM_EMAIL)[1]))
    mail = EmailMultiAlternatives(subject, text.strip() + "\n", sender, [address])
    mail.attach_alternative(html, "text/html")
    mail.send()
