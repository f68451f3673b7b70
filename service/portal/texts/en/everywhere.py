"""Words that several pages share."""

TEXTS = {
    "common.acta": "Acta",
    "common.tagline": "Sign contracts that can always be checked",
    "common.skip": "Skip to the content",
    "common.nav": "Main",
    "common.sign_in": "Sign in",
    "common.sign_out": "Sign out",
    "common.agreements": "My agreements",
    "common.new": "New agreement",
    "common.verify": "Verify",
    "common.mailbox": "Mailbox",
    "common.signed_in_as": "Signed in as {email}",
    "common.other_language": "Español",
    "common.other_language_hint": "Leer esta página en español",
    "common.back": "Back",
    "common.cancel": "Cancel",
    "common.moment": "{day} {month} {year}, {clock} (UTC)",
    "common.trial": "Trial installation: mail does not leave this machine. Read it in the mailbox.",
    "common.errors.one": "There is something to correct",
    "common.errors.many": "There are {count} things to correct",
    "common.footer": (
        "Acta keeps proof of what happens to each agreement. The proof can be checked without "
        "asking Acta."
    ),
    "month.1": "January",
    "month.2": "February",
    "month.3": "March",
    "month.4": "April",
    "month.5": "May",
    "month.6": "June",
    "month.7": "July",
    "month.8": "August",
    "month.9": "September",
    "month.10": "October",
    "month.11": "November",
    "month.12": "December",
    "status.403.title": "This cannot go on",
    "status.403.text": "This page did not accept what was sent to it.",
    "status.404.title": "There is no such page",
    "status.404.text": (
        "The address is misspelt, or what you look for cannot be seen with this e-mail. If you "
        "were sent a link, copy all of it."
    ),
    "status.500.title": "Something went wrong in Acta",
    "status.500.text": (
        "The fault is ours and has been noted. What you had signed or sent is safe. Please try "
        "again in a moment."
    ),
    "status.other.title": "This could not be done",
    "status.other.text": "What you asked for could not be done.",
    "common.first_page": "Go to the first page",
}
