"""What happens to accounts in the background."""

from django.contrib.auth.tokens import default_token_generator
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from apps.accounts import mails
from apps.accounts.models import User
from apps.brands.models import Brand


def send_password_reset(user_id: int, brand_id: int, base_url: str, language: str) -> None:
    """Send a person the link to set a new password; the link is made here, so that no job holds it."""
    user, brand = User.objects.filter(pk=user_id).first(), Brand.objects.filter(pk=brand_id).first()
    if user is None or brand is None:
        return
    token = default_token_generator.make_token(user)
    path = reverse("portal:password_reset_confirm", args=[urlsafe_base64_encode(force_bytes(user.pk)), token])
    link = f"{base_url}{path}"
    mails.send(template="password_reset", address=user.email, user=user, brand=brand, language=language, link=link)


def send_notice(kind: str, address: str, user_id: int, brand_id: int) -> None:
    """Tell a person at an address that `email_changed` or `password_changed`."""
    user, brand = User.objects.filter(pk=user_id).first(), Brand.objects.filter(pk=brand_id).first()
    if user is not None and brand is not None:
        mails.send(template=kind, address=address, user=user, brand=brand, language=brand.language)
