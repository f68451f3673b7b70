"""Recovery keys and the custody kit."""

TEXTS = {
    "keys.title": "Recovery keys",
    "keys.nav": "My keys",
    "keys.lead": (
        "Acta keeps your contracts encrypted in several places. With a key of your own you can "
        "open them even if Acta is gone. The key is made on this device and Acta never sees it."
    ),
    "keys.yours": "Your keys",
    "keys.none": "You have none yet.",
    "keys.kind.printed": "Key on paper",
    "keys.kind.passkey": "Key of your passkey",
    "keys.since": "Since",
    "keys.ends_in": "its public part ends in {ending}",
    "keys.not_ready": "It is being applied to your contracts; this takes a few minutes.",
    "keys.show": "Show and print",
    "keys.end": "Remove this key",
    "keys.end_sure": (
        "Contracts will no longer open with it. What was already downloaded for this key still "
        "opens with it."
    ),
    "keys.end_yes": "Yes, remove it",
    "keys.done.added": "Key saved. Your contracts, future ones too, will open with it.",
    "keys.done.ended": "Key removed.",
    "keys.code": (
        "To add or remove keys, first confirm with a code that the mailbox {email} is yours."
    ),
    "keys.code_send": "Send me a code",
    "keys.no_script": "Making a key needs JavaScript: it is made on your device.",
    "keys.new": "Make a key",
    "keys.passkey_name": "Recovery of {email}",
    "keys.unsupported": (
        "This device or this passkey cannot make keys. Use the key on paper instead."
    ),
    "keys.refused": "The passkey was not used. You can try again.",
    "keys.failed": "The key could not be made in this browser.",
    "keys.printed.title": "On paper (recommended)",
    "keys.printed.text": (
        "A sheet that you print and keep with your deeds. Whoever has the sheet can open the "
        "copies of your contracts; if you lose it, nobody can make it again."
    ),
    "keys.printed.make": "Make a key on paper",
    "keys.passkey.title": "With a passkey",
    "keys.passkey.text": (
        "The fingerprint, face or PIN of this device makes the key again when you need it, but "
        "only for as long as this page of Acta exists. Print it too."
    ),
    "keys.passkey.make": "Make a key with a passkey",
    "keys.sheet.title": "Acta: recovery key",
    "keys.sheet.text": (
        "Opens the encrypted copies of the contracts of {email}. Keep it like a deed. Give it to "
        "nobody and do not mail it: Acta will never ask you for it."
    ),
    "keys.sheet.qr": "QR code with the key",
    "keys.sheet.use": (
        "To use it you need the contract's custody kit, which is downloaded at {address}, and the "
        "page open.html that is in it, or the free program age."
    ),
    "keys.sheet.print": "Print",
    "keys.sheet.check": "Type the last 6 characters of the key",
    "keys.sheet.check_hint": "Copy them from the printed sheet, to be sure that you have it.",
    "keys.sheet.save": "I have it: save",
    "keys.how": "How a contract is opened without Acta",
    "keys.how_text": (
        "On the page of each signed contract you can download its custody kit: the encrypted "
        "document and the envelope that opens with your key. Keep it. To open it the recovery "
        "page is enough; it works off line and sends nothing to anybody."
    ),
    "keys.page": "Download the recovery page",
    "keys.how_program": "Or with Acta's verifier, on a computer with Python:",
    "keys.example_kit": "contract.zip",
    "keys.example_out": "contract.pdf",
    "kit.download": "Download custody kit",
    "kit.hint": "To open the contract with your recovery key even if Acta is gone.",
    "kit.hint_no_key": (
        "And if Acta ceased to exist? With a key of your own you could still open this contract."
    ),
    "kit.no_key": "Make my recovery key",
    "kit.readme": """ACTA: CUSTODY KIT

This kit opens the contract “{title}” without Acta and off line. You need your recovery
key (AGE-SECRET-KEY-1…), the one you printed.

  open.html          Open it with a browser, choose this kit and type your key.
                     It sends nothing to anybody.
  document.pdf.age   The contract, encrypted.
  key.age            The envelope: the contract's key, encrypted for you.
  kit.json           The contract's hashes and its name (CID) in IPFS.

With Acta's verifier:        acta recover this-kit.zip --out contract.pdf
With the free program age:   age -d -i my-key.txt key.age > key-of-the-contract.txt
                             age -d -i key-of-the-contract.txt document.pdf.age > contract.pdf

The kit is for opening the contract. To prove that it is genuine, keep the evidence file
(.asice) too.
""",
    "open.title": "Open a contract of Acta",
    "open.lead": (
        "This page works off line and without Acta. Nothing that you type or choose leaves this "
        "device."
    ),
    "open.files": "The custody kit (.zip), or its single files",
    "open.files_hint": "If you choose single files: key.age and document.pdf.age together.",
    "open.key": "Your recovery key",
    "open.key_hint": "It begins with AGE-SECRET-KEY-1. Spaces do not matter.",
    "open.gateway": "If the document is missing: where to fetch it",
    "open.gateway_address": "Address of an IPFS gateway or of a store",
    "open.gateway_hint": (
        "For example https://ipfs.io. Used only if the document is not among the files."
    ),
    "open.cid": "Name of the document (CID), if you do not have the kit",
    "open.go": "Open",
    "open.working": "Opening…",
    "open.done": "Opened and checked. Save it:",
    "open.save": "Save the contract (PDF)",
    "open.said.no-key": "The key is not spelled right: compare it with the sheet.",
    "open.said.not-for-key": "This key does not open this kit. Do you have another?",
    "open.said.no-envelope": "The envelope (key.age) or the kit is missing.",
    "open.said.no-document": "Missing: the document (document.pdf.age), or its CID and a gateway.",
    "open.said.not-fetched": "That address does not give the document. Try another.",
    "open.said.other": "The files are not of this kit, or damaged. Use another copy.",
}
