"""The words of the mails, in both languages."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from html.parser import HTMLParser

import pytest

from service.notices import (
    MailText,
    agreement_erased,
    chain_alarm,
    code_for_signing,
    date_words,
    declined,
    expired,
    invitation,
    recovery_key_added,
    sign_in_code,
    signed_by_all,
)
from service.notices.layout import LANGUAGES, Action
from service.notices.mail import checked_subject

LINK = "https://acta.example/i/abc?x=1&y=2"
TITLE = 'Venta de "La Vega" <b>\r\nBcc: eva@example.org'
DEADLINE = datetime(2026, 3, 1, 18, 30, tzinfo=UTC)

MAILS: dict[str, Callable[[str], MailText]] = {
    "sign-in": lambda lang: sign_in_code(lang=lang, code="042917", minutes=5),
    "signing": lambda lang: code_for_signing(lang=lang, code="042917", minutes=5, title=TITLE),
    "invitation": lambda lang: invitation(
        lang=lang, sender_name="Ana\nRuiz", title=TITLE, deadline=DEADLINE, link=LINK
    ),
    "signed": lambda lang: signed_by_all(lang=lang, title=TITLE, signers=2, link=LINK),
    "declined": lambda lang: declined(lang=lang, title=TITLE, who="Ana <Ruiz>", link=LINK),
    "expired": lambda lang: expired(lang=lang, title=TITLE, missing=2, link=LINK),
    "erased": lambda lang: agreement_erased(lang=lang, title=TITLE, link=LINK),
    "recovery-key": lambda lang: recovery_key_added(lang=lang, link=LINK),
    "alarm": lambda lang: chain_alarm(
        lang=lang, chain="main\nnet", kind="unreachable", since=DEADLINE, link=LINK
    ),
}


class Page(HTMLParser):
    """Collects what a mail program would show, and what it would fetch."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str | None] = []
        self.lang: str | None = None
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        values = dict(attrs)
        assert not values.keys() & {"src", "background", "srcset", "onclick"}
        assert "url(" not in (values.get("style") or "")
        if tag == "a":
            self.links.append(values["href"])
        if tag == "html":
            self.lang = values["lang"]

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", MAILS)
def test_every_mail_is_safe_and_says_the_same_twice(name: str, lang: str) -> None:
    mail = MAILS[name](lang)
    assert checked_subject(mail.subject) == mail.subject
    page = Page(mail.html)
    assert page.lang == lang
    assert not {"img", "script", "link", "iframe", "form", "b", "ruiz"} & set(page.tags)
    expects_link = name not in {"sign-in", "signing"}
    assert page.links == ([LINK] if expects_link else [])
    assert (LINK in mail.text) == expects_link
    assert ("042917" in mail.text) == ("042917" in page.words) == (not expects_link)
    assert "042917" not in mail.subject
    assert "\r" not in mail.text
    assert all(len(line) <= 72 or line == LINK for line in mail.text.splitlines())


@pytest.mark.parametrize("name", MAILS)
def test_the_languages_differ(name: str) -> None:
    spanish, english = (MAILS[name](lang) for lang in LANGUAGES)
    assert spanish.subject != english.subject
    assert spanish.text != english.text


def test_unknown_languages_are_refused() -> None:
    with pytest.raises(ValueError, match="expected a language of es, en"):
        sign_in_code(lang="xx", code="042917", minutes=5)


@pytest.mark.parametrize(
    ("lang", "one", "many"),
    [
        ("es", "Faltaba 1 firma.", "Faltaban 2 firmas."),
        ("en", "1 signature was missing.", "2 signatures were missing."),
    ],
)
def test_numbers_agree_with_their_words(lang: str, one: str, many: str) -> None:
    def flat(mail: MailText) -> str:
        return " ".join(mail.text.split())

    assert one in flat(expired(lang=lang, title="x", missing=1, link=LINK))
    assert many in flat(expired(lang=lang, title="x", missing=2, link=LINK))
    minute = {"es": "1 minuto y", "en": "1 minute and"}[lang]
    assert minute in flat(sign_in_code(lang=lang, code="1", minutes=1))
    alone = signed_by_all(lang=lang, title="x", signers=1, link=LINK)
    assert "1 " not in flat(alone)
    two = {"es": "todos (2 personas)", "en": "Everybody has signed (2 people)"}[lang]
    assert two in flat(signed_by_all(lang=lang, title="x", signers=2, link=LINK))


@pytest.mark.parametrize(
    ("moment", "es", "en"),
    [
        (
            DEADLINE,
            "1 de marzo de 2026 a las 18:30 (hora universal, UTC)",
            "1 March 2026 at 18:30 (universal time, UTC)",
        ),
        (
            DEADLINE.astimezone(timezone(timedelta(hours=-3, minutes=-30))),
            "1 de marzo de 2026 a las 15:00 (UTC−3:30)",
            "1 March 2026 at 15:00 (UTC−3:30)",
        ),
    ],
)
def test_dates_are_written_out(moment: datetime, es: str, en: str) -> None:
    assert date_words(moment, lang="es") == es
    assert date_words(moment, lang="en") == en


def test_a_date_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        date_words(DEADLINE.replace(tzinfo=None), lang="es")


@pytest.mark.parametrize("url", ["javascript:alert(1)", "http://", "https://a b", "//acta.example"])
def test_a_link_that_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="http"):
        Action(label="x", url=url)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_alarm_has_words(lang: str) -> None:
    kinds = ("unreachable", "low-balance", "late", "disagreeing", "refused")
    mails = {
        chain_alarm(lang=lang, chain="mainnet", kind=kind, since=DEADLINE, link=LINK).text
        for kind in kinds
    }
    assert len(mails) == len(kinds)
    assert all("mainnet" in mail for mail in mails)
