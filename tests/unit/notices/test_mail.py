"""Mail as bytes: no header can be forged, and the same mail is the same bytes."""

from dataclasses import replace
from email import message_from_bytes
from email.policy import default

import pytest

from service.notices import OutgoingMail, UnsafeHeaderError, one_line
from service.notices.mail import message_id_for, pack_content, to_mime
from tests.parts import NOON

MAIL = OutgoingMail(
    message_id="<1@acta.example>",
    to="ana@example.org",
    subject="Su código",
    text="Buenos días, señora.\n",
    html="<p>Buenos días, señora.</p>",
    date=NOON,
)


def test_the_same_mail_is_the_same_bytes() -> None:
    once, again = (to_mime(MAIL, mail_from="acta@acta.example").as_bytes() for _ in range(2))
    assert once == again
    assert once.isascii()


def test_a_reader_sees_what_was_written() -> None:
    raw = to_mime(MAIL, mail_from="Acta <acta@acta.example>").as_bytes()
    message = message_from_bytes(raw, policy=default)
    assert message["Subject"] == "Su código"
    assert message["To"] == "ana@example.org"
    assert message["Message-ID"] == "<1@acta.example>"
    assert message["Date"].datetime == NOON
    assert message["Auto-Submitted"] == "auto-generated"
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().split("\r\n") == MAIL.text.split("\n")
    assert html.get_content().strip() == MAIL.html


@pytest.mark.parametrize(
    "subject",
    [
        "",
        "  ",
        "a\nBcc: eva@example.org",
        "a\r\n\r\nbody",
        "a\x00",
        "a\u2028b",
        "a\u202eb",
        "a" * 201,
    ],
)
def test_a_subject_that_could_forge_a_header_is_refused(subject: str) -> None:
    with pytest.raises(UnsafeHeaderError):
        pack_content(to="ana@example.org", subject=subject, text="x", html=None)
    with pytest.raises(UnsafeHeaderError):
        to_mime(replace(MAIL, subject=subject), mail_from="acta@acta.example")


def test_peoples_words_become_one_visible_line() -> None:
    assert (
        one_line(" Venta\r\nBcc: x\u202e\u200b  del\tcampo ", limit=40) == "Venta Bcc: x del campo"
    )
    assert one_line("a" * 50, limit=10) == "a" * 9 + "…"


def test_a_mail_does_not_show_itself_in_logs() -> None:
    assert repr(MAIL) == "OutgoingMail(message_id='<1@acta.example>')"


def test_the_message_id_depends_on_the_key_alone() -> None:
    first = message_id_for("invite/agr_1/2", origin_host="acta.example")
    assert first == message_id_for("invite/agr_1/2", origin_host="acta.example")
    assert first != message_id_for("invite/agr_1/3", origin_host="acta.example")
    assert first.endswith("@acta.example>")
    assert "agr" not in first
