"""The page where an e-mailed code is typed, wherever it was asked for."""

from dataclasses import dataclass
from typing import Final

from fastapi import Request, Response

from service.errors import ServiceError
from service.identity import Confirmed
from service.portal.forms import Form
from service.portal.pages import Pages, Visitor, go_to
from service.portal.wording import error_text

SIGN_IN: Final = "sign-in"
SIGNING: Final = "signing"


@dataclass(frozen=True, kw_only=True)
class CodeStep:
    """One place where a code is asked for.

    ``action``: where the code is sent to; ``again``: the form that mails another one, with the
    ``fields`` it needs; ``back``: the page before.
    """

    purpose: str
    subject: str
    email: str
    action: str
    again: str
    fields: tuple[tuple[str, str], ...]
    back: str


def ask_code(
    pages: Pages, visitor: Visitor, step: CodeStep, error: ServiceError | None = None
) -> Response:
    """Return the page on which the code is typed."""
    return pages.show(
        "code.html",
        visitor,
        status=200 if error is None else error.http_hint,
        here=step.action,
        step=step,
        error=None if error is None else error_text(visitor.lang, error),
    )


def send_code(
    pages: Pages, visitor: Visitor, step: CodeStep, *, title: str | None = None
) -> Response:
    """Mail a code, and lead to the page where it is typed."""
    challenge = pages.context.identity.request_code(
        purpose=step.purpose,
        subject=step.subject,
        email=step.email,
        lang=visitor.lang,
        remote=visitor.remote,
        title=title,
    )
    response = go_to(step.action)
    pages.keep_code(response, challenge)
    return response


def confirm_code(pages: Pages, request: Request, form: Form, step: CodeStep) -> Confirmed:
    """Return whose mailbox the typed code proves; it counts only in the browser that asked."""
    return pages.context.identity.confirm_code(
        challenge_id=request.cookies.get(pages.code_cookie, ""),
        code=form.text("code")[:20],
        purpose=step.purpose,
        subject=step.subject,
    )
