"""The pages that anybody may open."""

TEXTS = {
    "landing.title": "Sign a contract. Let anyone check it later.",
    "landing.lead": (
        "Acta is for signing contracts on line and for showing, years later, who signed what and "
        "when. Nobody has to trust Acta to check it."
    ),
    "landing.start": "Sign in with your e-mail",
    "landing.verify": "Check a signed contract",
    "landing.how": "How it works",
    "landing.step.1.title": "Upload the contract",
    "landing.step.1.text": (
        "A PDF file, and the names and e-mails of those who sign: up to fifty people."
    ),
    "landing.step.2.title": "Each person reads and signs",
    "landing.step.2.text": (
        "They get a link, confirm a code sent to their e-mail, read the pages and sign on a phone "
        "or a computer. They can also refuse, and say why."
    ),
    "landing.step.3.title": "The contract is sealed",
    "landing.step.3.text": (
        "When every party has signed, Acta seals it: any later change can be noticed."
    ),
    "landing.step.4.title": "The proof is there for everybody",
    "landing.step.4.text": (
        "A fingerprint of the contract, without names or data, goes into a public log that nobody "
        "can rewrite, not even Acta. You take the PDF and its evidence file with you."
    ),
    "landing.honest.title": "What a signature in Acta shows, and what it does not",
    "landing.honest.text": (
        "Acta always checks that the signer can read the mailbox a code was sent to. Whoever "
        "wants to can also show their identity document and face, and the contract then says so. "
        "Both are Acta's word. For some acts the law asks for another kind of signature, or a "
        "notary: if in doubt, ask before you sign."
    ),
    "sign_in.title": "Sign in",
    "sign_in.lead": "There are no passwords. Type your e-mail and we will send you a code.",
    "sign_in.email": "Your e-mail address",
    "sign_in.send": "Send me a code",
    "code.title": "Type the code",
    "code.sent": (
        "We have sent a code of 6 digits to {email}. It works for 5 minutes. If you do not see "
        "it, look in your junk mail too."
    ),
    "code.label": "Code of 6 digits",
    "code.confirm": "Continue",
    "code.again": "Send me another code",
    "code.other_email": "Use another e-mail",
    "code.word": (
        "The code shows that you can read this mailbox. The contract's proof will call it what it "
        "is: Acta's word."
    ),
    "code.safe": "Do not give this code to anybody. Nobody from Acta will ask you for it.",
    "invitation.title": "You have been sent a contract",
    "invitation.from": "{sender} asks you to read and sign this contract:",
    "invitation.next": (
        "To open it, first confirm that this mailbox is yours. We will send a code to {email}."
    ),
    "invitation.nothing_yet": (
        "Going on does not sign anything. You can read the whole contract first."
    ),
    "invitation.continue": "Continue and send me the code",
    "invitation.stranger": "If you do not know this person, close this page.",
    "invitation.closed.title": "This link no longer works",
    "invitation.closed.sign_in": "Sign in with your e-mail",
    "verify.title": "Check a contract",
    "verify.lead": (
        "Upload the evidence file (it ends in .asice) and, if you like, the PDF you were given. "
        "We check each step and tell you what we saw."
    ),
    "verify.evidence": "Evidence file (.asice)",
    "verify.evidence_hint": "Each party downloads it from the agreement's page. Up to 64 MB.",
    "verify.pdf": "The contract's PDF (if you like)",
    "verify.pdf_hint": "It tells whether your PDF is exactly the evidence's. Up to 40 MB.",
    "verify.check": "Check",
    "verify.not_kept": "The files are deleted as soon as the check ends.",
    "verify.checking": "Checking…",
    "verify.example_file": "contract.asice",
    "verify.result": "Result",
    "verify.steps": "The steps, one by one",
    "verify.verdict.VALID.word": "Valid",
    "verify.verdict.INVALID.word": "Not valid",
    "verify.verdict.INVALID.text": "At least one step failed. Do not rely on this file.",
    "verify.verdict.CANNOT CHECK.word": "It cannot be checked",
    "verify.verdict.CANNOT CHECK.text": (
        "Something needed to decide is missing. This does not mean that the contract is false, "
        "nor that it is good."
    ),
    "verify.verdict.other": "No result",
    "verify.outcome.ok": "In order",
    "verify.outcome.failed": "Failed",
    "verify.outcome.not checked": "Not checked",
    "verify.outcome.note": "Note",
    "verify.outcome.other": "Not checked",
    "verify.signers": "Who signed",
    "verify.signer": "Party {party}",
    "verify.whose_word": "According to: {who}",
    "verify.claimed": "Time the signature claims:",
    "verify.word.operator's word": "Acta (it is its word: the code was sent to a mailbox)",
    "verify.word.device-held key": "a key held in the signer's device",
    "verify.word.own certificate": "the signer's own certificate",
    "verify.word.other": "not stated",
    "verify.time": "When",
    "verify.not_before": "Not before:",
    "verify.not_after": "Not after:",
    "verify.no_bound": "not stated",
    "verify.chain": "Ask the chain directly",
    "verify.chain_text": (
        "A court, or you, can put the same question to the contract on the chain, without Acta:"
    ),
    "verify.chain_id": "Chain",
    "verify.contract": "Contract",
    "verify.function": "Function",
    "verify.calldata": "Call data",
    "verify.independent": "Check it without us",
    "verify.independent_text": (
        "This page is Acta's: if you distrust Acta, it is not enough. Run the same check on your "
        "own computer, with an open program and a node of the chain that you choose:"
    ),
    "verify.independent_trust": (
        "Before you accept the trust file, compare the fingerprint the program shows you with the "
        "one you were given by other means."
    ),
    "page_code.title": "Page code",
    "page_code.what": (
        "This code is printed on a page of a contract prepared with Acta. It links that sheet of "
        "paper to a PDF file."
    ),
    "page_code.code": "Code",
    "page_code.not_proof": (
        "That this code exists shows nothing: anybody can print one. The proof is in the PDF and "
        "in its evidence file."
    ),
    "page_code.how": "How to check the contract",
    "page_code.step.1": (
        "Ask any of the parties for the signed PDF and its evidence file (.asice)."
    ),
    "page_code.step.2": (
        "Check them on the page “Verify”, or on your own computer with acta verify."
    ),
    "page_code.step.3": (
        "See that the code on the sheet is the one on that page of the PDF, and that the text is "
        "the same."
    ),
    "page_code.private": (
        "Neither the contract nor the parties' names are shown here: they are not public."
    ),
    "mailbox.title": "Trial mailbox",
    "mailbox.lead": (
        "All the mail that Acta has sent. It exists only in a trial installation: whoever can "
        "read this page can read every code."
    ),
    "mailbox.filter": "Only mail to",
    "mailbox.show": "Show",
    "mailbox.empty": "There is no mail yet.",
    "mailbox.to": "To",
    "mailbox.received": "Received",
    "mailbox.all": "All mail",
}
