import re

import pytest

from apps.brands.models import Brand, Installation
from tests.conftest import PASSWORD
from tests.portal.builders import make_brand

NEW = "meadow lantern brick"


def ask(client, account="carol@example.com", **options):
    return client.post("/password/reset/", {"account": account}, **options)


def link_of(mail):
    return re.search(r"http://\S+", mail.body).group()


@pytest.mark.parametrize("account", ["carol@example.com", "CAROL@example.com", "carol"])
def test_it_sends_a_link_in_the_name_of_the_brand(client, carol, run_jobs, mailoutbox, account):
    make_brand("Kestrel, Inc.", "kestrel.example")
    assert ask(client, account, headers={"host": "kestrel.example"})["Location"] == "/password/reset/sent/"
    assert run_jobs() == ["apps.accounts.tasks.send_password_reset"]
    (mail,) = mailoutbox
    assert mail.to == ["carol@example.com"]
    assert mail.from_email.startswith('"Kestrel, Inc." <')
    assert mail.subject == "Set a new password for Kestrel, Inc."
    assert link_of(mail).startswith("http://kestrel.example/password/reset/")
    html = mail.alternatives[0].content
    assert link_of(mail) in html
    assert "Hello," in html


def test_it_writes_in_the_language_of_the_person(client, carol, run_jobs, mailoutbox):
    carol.language = "de"
    carol.save()
    ask(client)
    run_jobs()
    assert '<html lang="de">' in mailoutbox[0].alternatives[0].content


@pytest.mark.parametrize("account", ["nobody", "nobody@example.com", "' or 1=1", "off"])
def test_it_gives_the_same_answer_for_accounts_that_are_none(client, carol, run_jobs, mailoutbox, account):
    if account == "off":
        carol.is_active = False
        carol.save()
        account = "carol"
    assert ask(client, account)["Location"] == "/password/reset/sent/"
    assert "If there is an account" in client.get("/password/reset/sent/").content.decode()
    assert run_jobs() == []
    assert mailoutbox == []


def test_it_sets_the_new_password_once(client, carol, run_jobs, mailoutbox):
    ask(client)
    run_jobs()
    link = link_of(mailoutbox[0])
    form = client.get(link, follow=True)
    assert form.request["PATH_INFO"].endswith("/set-password/")
    assert "Choose a new password" in form.content.decode()
    done = client.post(form.request["PATH_INFO"], {"new_password": NEW, "repeated": NEW}, follow=True)
    assert "Your new password is saved." in done.content.decode()
    carol.refresh_from_db()
    assert carol.check_password(NEW)
    run_jobs()
    assert mailoutbox[-1].subject == "Your password for Fernhill was changed"
    assert "This link does not work any more" in client.get(link, follow=True).content.decode()


def test_it_refuses_weak_and_different_passwords(client, carol, run_jobs, mailoutbox):
    ask(client)
    run_jobs()
    path = client.get(link_of(mailoutbox[0]), follow=True).request["PATH_INFO"]
    assert "too short" in client.post(path, {"new_password": "abc", "repeated": "abc"}).content.decode()
    assert "not the same" in client.post(path, {"new_password": NEW, "repeated": "abc"}).content.decode()
    carol.refresh_from_db()
    assert carol.check_password(PASSWORD)


def test_it_opens_the_account_again_after_a_lock(client, carol, run_jobs, mailoutbox):
    for number in range(10):
        client.post("/login/", {"username": "carol", "password": "wrong"}, REMOTE_ADDR=f"192.0.2.{number}")
    assert client.post("/login/", {"username": "carol", "password": PASSWORD}).status_code == 429
    ask(client)
    run_jobs()
    path = client.get(link_of(mailoutbox[0]), follow=True).request["PATH_INFO"]
    client.post(path, {"new_password": NEW, "repeated": NEW})
    assert client.post("/login/", {"username": "carol", "password": NEW}).status_code == 302


def test_it_refuses_damaged_links(client, carol):
    for path in ("x/y", "MQ/set-password", "MQ/abc-def", "%00/x"):
        assert "This link does not work any more" in client.get(f"/password/reset/{path}/").content.decode()


def test_it_sends_no_more_than_three_mails_an_hour_to_one_person(client, carol, run_jobs, mailoutbox):
    for account in ("carol", "carol@example.com", "carol", "carol", "CAROL"):
        assert ask(client, account).status_code == 302
    run_jobs()
    assert len(mailoutbox) == 3


def test_it_refuses_floods_from_one_address(client, brand):
    for number in range(20):
        ask(client, f"nobody{number}")
    assert ask(client, "nobody").status_code == 429
    assert ask(client, "nobody", REMOTE_ADDR="192.0.2.7").status_code == 302


def test_it_puts_no_link_into_the_queue(client, carol, valkey, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        ask(client)
    stored = b"".join(b"".join(valkey.client.hgetall(key).values()) for key in valkey.client.keys("rq:job:*"))
    assert b"send_password_reset" in stored
    assert b"/password/reset/" not in stored
    assert Brand.objects.count() == 1


@pytest.mark.parametrize("host", ["help.example.com:4444", "help.example.com"])
def test_it_does_not_let_the_caller_choose_the_port_of_the_link(client, carol, run_jobs, mailoutbox, host):
    make_brand("Northwind", host="help.example.com")
    ask(client, headers={"host": host})
    run_jobs()
    assert link_of(mailoutbox[0]).startswith("http://help.example.com/password/reset/")


def test_it_leads_to_the_base_address_from_a_host_that_is_no_brands(client, carol, run_jobs, mailoutbox):
    installation = Installation.load()
    installation.base_url = "https://support.example.com"
    installation.save()
    ask(client, headers={"host": "localhost"})
    run_jobs()
    assert "https://support.example.com/password/reset/" in mailoutbox[0].body
    assert "localhost" not in mailoutbox[0].body
