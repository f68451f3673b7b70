"""Notices: the mail that Acta sends, queued with its cause and delivered afterwards."""

from service.notices.addresses import address_key, clean_address
from service.notices.alarm_texts import chain_alarm
from service.notices.custody_texts import agreement_erased, recovery_key_added
from service.notices.errors import (
    InvalidAddressError,
    MailNotSentError,
    MailRefusedError,
    UnknownMailError,
    UnsafeHeaderError,
)
from service.notices.layout import Action, MailText, lay_out, one_line
from service.notices.local_mailbox import LocalMailbox, StoredMail
from service.notices.mail import MailSender, OutgoingMail
from service.notices.outbox import (
    DELIVER_MAIL,
    MailQueue,
    MailState,
    Outbox,
    PendingReport,
    mail_state,
)
from service.notices.smtp_sender import SmtpSecurity, SmtpSender, SmtpSettings
from service.notices.texts import (
    code_for_signing,
    date_words,
    declined,
    expired,
    invitation,
    sign_in_code,
    signed_by_all,
)

__all__ = [
    "DELIVER_MAIL",
    "Action",
    "InvalidAddressError",
    "LocalMailbox",
    "MailNotSentError",
    "MailQueue",
    "MailRefusedError",
    "MailSender",
    "MailState",
    "MailText",
    "Outbox",
    "OutgoingMail",
    "PendingReport",
    "SmtpSecurity",
    "SmtpSender",
    "SmtpSettings",
    "StoredMail",
    "UnknownMailError",
    "UnsafeHeaderError",
    "address_key",
    "agreement_erased",
    "chain_alarm",
    "clean_address",
    "code_for_signing",
    "date_words",
    "declined",
    "expired",
    "invitation",
    "lay_out",
    "mail_state",
    "one_line",
    "recovery_key_added",
    "sign_in_code",
    "signed_by_all",
]
