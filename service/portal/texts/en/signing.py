"""The signing page."""

TEXTS = {
    "sign.title": "Read and sign",
    "sign.read": "1. Read the contract",
    "sign.pages.one": "1 page",
    "sign.pages.many": "{count} pages",
    "sign.page": "Page {number} of {count}",
    "sign.enlarge": "Enlarge",
    "sign.enlarge_label": "Enlarge page {number}",
    "sign.consent": "2. Agree to sign",
    "sign.agree": "I have read the text above and I accept it",
    "sign.signature": "3. Your signature",
    "sign.how": "How your signature should look",
    "sign.typed": "My name, written out",
    "sign.drawn": "Drawn with a finger, the mouse or a pen",
    "sign.name": "Your name in the signature",
    "sign.preview": "This is how it will look",
    "sign.pad": "Box for drawing the signature. If you cannot draw, choose the written name.",
    "sign.pad_hint": "Draw your signature here",
    "sign.clear": "Clear the drawing",
    "sign.same_value": "Both count the same: what ties it to you is your code or your passkey.",
    "sign.upload": "Or upload a photograph of your signature on paper",
    "sign.upload_hint": "PNG or JPEG. White paper is taken away; nothing leaves before you sign.",
    "sign.upload_bad": "That photograph cannot be read, or shows no ink.",
    "sign.pad_empty": "You have not drawn anything yet.",
    "sign.button": "Sign the contract",
    "sign.signing": "Signing…",
    "sign.binds": (
        "By pressing the button you sign. Acta records the time, the exact document you saw and "
        "that you confirmed your e-mail with a code, which is Acta's word."
    ),
    "sign.voidable": "This contract cannot be voided on the blockchain.",
    "sign.decline": "I do not want to sign",
    "sign.decline_text": (
        "If you do not agree, say so here. The agreement will be closed for everybody, and they "
        "will see the reason you give."
    ),
    "sign.reason": "Reason",
    "sign.decline_button": "Decline the contract",
    "sign.code.title": "Confirm that it is you",
    "sign.code.lead": "Before you open “{title}” to sign it, we will send a code to {email}.",
    "sign.code.send": "Send me the code",
}
