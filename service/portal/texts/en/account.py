"""The account page, and passkeys wherever they are used."""

TEXTS = {
    "account.title": "My account",
    "account.nav": "My account",
    "account.passkeys": "Passkeys",
    "account.passkeys_text": (
        "A passkey lives in your phone or computer and opens with your fingerprint, your face or "
        "your PIN. With it you sign in without a code, and sign with something that only you have: "
        "Acta never sees it."
    ),
    "account.none": "You have none yet.",
    "account.since": "Since",
    "account.used": "used on",
    "account.seen": "seen on",
    "account.copied": (
        "It seems copied to another device and counts no more. Remove it, make another."
    ),
    "account.good_from": "You can sign with it from",
    "account.wait": (
        "You have a passkey already. If you came in with a code, the new one can sign in 72 hours; "
        "if you came in with the passkey you had, at once."
    ),
    "account.rename": "Change the name",
    "account.rename_yes": "Save the name",
    "account.remove": "Remove this passkey",
    "account.remove_sure": (
        "You will not be able to come in or sign with it, and wherever it came in is signed out. "
        "What it signed stands."
    ),
    "account.remove_yes": "Yes, remove it",
    "account.passkey.name": "A name to know it by",
    "account.passkey.name_given": "This device",
    "account.add": "Make a passkey on this device",
    "account.code": "To change your passkeys, first confirm a code that we will send to {email}.",
    "account.code_send": "Send me a code",
    "account.sessions": "Where you are signed in",
    "account.session.this": "This browser",
    "account.session.other": "Another browser",
    "account.session.passkey": "with a passkey",
    "account.session.code": "with a code",
    "account.session.end": "Sign out there",
    "account.everywhere": "Sign out everywhere",
    "account.done.added": "The passkey is made.",
    "account.done.renamed": "The name is saved.",
    "account.done.removed": "The passkey counts no more.",
    "account.done.ended": "The session is over.",
    "passkey.busy": "Waiting for your device…",
    "passkey.refused": "Your device did not answer, or you cancelled. Try again.",
    "passkey.known": "This device already has a passkey of yours for Acta.",
    "passkey.failed": "Your device could not do it. Nothing has changed: try again.",
    "passkey.unable": "This browser has no passkeys. You can go on with the code.",
    "passkey.no_script": "Passkeys need a browser that allows JavaScript.",
    "sign_in.passkey": "Or with your passkey",
    "sign_in.passkey_text": "If you made one before, you need no code.",
    "sign_in.passkey_button": "Sign in with my passkey",
    "sign.passkey.title": "Sign with a passkey",
    "sign.passkey.text": (
        "Your phone or computer signs the exact document with a key that only you have. Anybody "
        "can check it without trusting Acta."
    ),
    "sign.passkey.which": "The passkey you sign with",
    "sign.passkey.make": "You have none yet: it is made on this device, and then you sign with it.",
    "sign.passkey.wait": "Your passkeys cannot sign yet. Until then you can sign with the code.",
    "sign.passkey.button": "Sign with my passkey",
    "sign.passkey.make_button": "Make my passkey and sign",
    "sign.passkey.unfinished": (
        "Before signing, complete what is missing above and accept the text."
    ),
    "error.identity/passkey-refused": (
        "Your device's answer does not hold for this: it was for another document or page, or it "
        "did not check that it was you. Nothing was signed; start again."
    ),
    "error.identity/passkey-unknown": (
        "Acta does not know that passkey, or it was removed. Use another, or a code."
    ),
    "error.identity/passkey-copied": (
        "That passkey seems copied to another device and counts no more. Remove it in “My account” "
        "and make another; until then you can use a code."
    ),
    "error.identity/passkey-too-new": (
        "That passkey is new and cannot sign yet: 72 hours must pass since it was made. Use "
        "another, or a code."
    ),
    "error.identity/passkey-challenge-over": (
        "It took too long, or that answer was used already. Start again."
    ),
    "error.identity/passkey-fresh-code": "First confirm a code from your e-mail.",
    "error.agreements/signature-over": (
        "The signature does not wait for this answer any more: it took too long, or was used "
        "already. Nothing was signed with it; sign again from the page."
    ),
    "error.agreements/no-device-signing": "No passkeys sign here. Use the code.",
    "new.how": "How it is signed",
    "new.by_device": (
        "Everybody signs with their passkey (fingerprint, face or PIN of their device)"
    ),
    "new.by_device_hint": (
        "Nobody can sign with a code alone. In return nobody has to trust Acta, and the "
        "signers, all together, can void the contract in the public log. Left open, each "
        "signs with a code or a passkey, and it cannot be voided."
    ),
    "sign.by_device": (
        "The sender asks everybody to sign with their passkey: use the button below."
    ),
    "sign.passkey.wait_only": (
        "Your passkeys cannot sign yet: a new one, added by a code, waits 72 hours. Come back then."
    ),
    "error.agreements/passkey-needed": (
        "In this contract everybody signs with their passkey. Use the passkey button."
    ),
}
