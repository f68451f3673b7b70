"""What to tell people about each error, by its code."""

TEXTS = {
    "error.service/error": "This could not be done. Please try again in a moment.",
    "error.service/not-found": "There is no such thing, or it cannot be seen with this e-mail.",
    "error.service/conflict": "Something changed meanwhile. Please load the page again.",
    "error.portal/form-expired": (
        "The page was open for too long or was opened in another way. Go back, load it again and "
        "repeat what you did last."
    ),
    "error.portal/upload-too-large": "What you sent is too large for this page.",
    "error.portal/bad-form": "We could not read what you sent. Please try again.",
    "error.portal/no-file": "Choose a file.",
    "error.portal/consent-needed": "To sign, tick that you accept the text.",
    "error.portal/empty-drawing": (
        "You have not drawn your signature. Draw it in the box or choose your written name."
    ),
    "error.portal/bad-drawing": (
        "We could not read the drawn signature. Draw it again or choose your written name."
    ),
    "error.portal/verifier-busy": (
        "Many checks are running at this moment. Please try again in a minute."
    ),
    "error.portal/missing-asset": "This installation of Acta lacks a file.",
    "error.verify/verifier-failed": (
        "The check did not finish. Check the file on your own computer with acta verify."
    ),
    "error.identity/wrong-code": "That is not the code we sent. Tries left: {tries_left}.",
    "error.identity/code-expired": "This code no longer works. Ask for another one.",
    "error.identity/too-many-tries": (
        "A wrong code was typed too often, so it no longer works. Ask for another one."
    ),
    "error.identity/too-many-requests": (
        "You have asked too often. Please try again in {retry_after_s} s."
    ),
    "error.identity/link-unknown": (
        "This link is not Acta's, or was cut off. Copy all of it from the e-mail."
    ),
    "error.identity/link-used": (
        "This link was used already, and it works only once. Sign in with your e-mail and you "
        "will find the contract."
    ),
    "error.identity/link-revoked": (
        "This link was withdrawn. Sign in with your e-mail to see what can still be seen."
    ),
    "error.identity/other-person": (
        "The code was for another e-mail. Sign out and in again with the right one."
    ),
    "error.notices/invalid-address": "This is not an e-mail address. Check how it is written.",
    "error.notices/unsafe-header": "The text has a character that cannot be used.",
    "error.notices/unknown-mail": "There is no such mail in the mailbox.",
    "error.notices/not-sent": "The mail could not go out. Please try again in a moment.",
    "error.notices/refused": "The receiving mail server did not accept the message.",
    "error.agreements/not-found": (
        "There is no such agreement, or it cannot be seen with this e-mail."
    ),
    "error.agreements/bad-draft": "Something in the agreement's details cannot be right.",
    "error.agreements/bad-title": "Type a title, of at most 200 letters.",
    "error.agreements/bad-deadline": "Choose a day from today and within a year.",
    "error.agreements/bad-parties": (
        "Check the people: one to fifty, each with a name, an e-mail and a turn from 1 to 50."
    ),
    "error.agreements/same-party-twice": (
        "Two people have the same e-mail address. Each needs their own."
    ),
    "error.agreements/not-in-this-state": "The agreement is no longer in a state that allows it.",
    "error.agreements/not-your-turn": "It is not your turn to sign this agreement now.",
    "error.agreements/sender-signs-first": "Sign it yourself first, and then you can send it.",
    "error.agreements/deadline-passed": "The time for signing has run out.",
    "error.agreements/stale-view": (
        "The document changed since you opened the page. Read it again before you sign."
    ),
    "error.agreements/fresh-code-needed": (
        "You confirmed your e-mail too long ago. Ask for a new code to go on."
    ),
    "error.agreements/reason-needed": "Type a reason of at most 1000 letters.",
    "error.agreements/bad-signature-picture": (
        "We could not use the drawn signature. Draw it again or choose your written name."
    ),
    "error.agreements/not-ready": "It is not ready yet. Wait a moment and try again.",
    "error.agreements/statements-not-logged": (
        "The agreement is still being entered in the log. Please try again in a moment."
    ),
    "error.pdf/refused": "This PDF cannot be used. Save it again as a PDF and try once more.",
    "error.pdf/encrypted": (
        "The PDF has a password or is protected. Remove it and upload the file again."
    ),
    "error.pdf/already-signed": "The PDF is already signed. Upload the version without signatures.",
    "error.pdf/script": (
        "The PDF holds a program (JavaScript), which could change what is seen. Print it to a new "
        "PDF and upload that one."
    ),
    "error.pdf/xfa": (
        "The PDF is an XFA form, which does not look the same everywhere. Print it to a new PDF "
        "and upload that one."
    ),
    "error.pdf/embedded-files": "The PDF has other files inside. Remove them and upload it again.",
    "error.pdf/truncated": "The end of the PDF is missing. Download or save it again.",
    "error.pdf/polyglot": (
        "The file begins or ends with something that is not PDF. Open it and save it as a new PDF."
    ),
    "error.pdf/too-large": "The file is larger than 25 MB. Make it smaller and upload it again.",
    "error.pdf/too-many-pages": "The PDF has more than 500 pages.",
    "error.pdf/has-locator": (
        "This PDF was already prepared with Acta for another agreement. Upload the original."
    ),
    "error.pdf/malformed": (
        "The file is not a correct PDF or is damaged. Open it and save it as a new PDF."
    ),
    "error.pdf/layers": (
        "The PDF has layers that can be shown or hidden. Print it to a new PDF and upload that one."
    ),
    "error.pdf/too-complex": (
        "The PDF is too complicated to read. Print it to a new PDF and upload that one."
    ),
    "error.signing/bad-picture": (
        "We could not use the drawn signature. Draw it again or choose your written name."
    ),
    "error.signing/no-keys": (
        "This service has no signing keys yet. Nothing has changed: tell whoever runs it."
    ),
    "error.signing/no-time-stamp": (
        "No time stamp can be had at the moment, so nothing was signed. Try again in some minutes."
    ),
    "error.signing/token": (
        "The device that keeps the service's keys cannot be used. Nothing has changed: try later."
    ),
    "error.signing/failed": "The signature could not be made. Nothing has changed: try again.",
    "error.signing/check-failed": (
        "The seal did not pass our own check, so it was not used. Please tell us."
    ),
    "error.custody/revision-missing": "We cannot find this agreement's file. Please tell us.",
    "error.custody/revision-damaged": "The stored file is damaged. Please tell us.",
    "error.agreements/no-recovery-key": (
        "Make a recovery key first, under “Recovery keys”; then you can download the kit."
    ),
    "error.custody/bad-recipient": "That is not a public key. Make the key again.",
    "error.custody/too-many-keys": "You have as many keys as one may have. Remove one first.",
    "error.custody/erasure-refused": ("This contract cannot be erased yet: it has to be kept."),
    "error.custody/unknown-retention": "There is no such class of keeping.",
}
