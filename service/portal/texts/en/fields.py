"""Roles, fields, and a person's own order: tags, filters, taking everything away."""

TEXTS = {
    "role.signer": "signs",
    "role.approver": "approves",
    "role.witness": "is a witness",
    "role.viewer": "only reads",
    "role.other": "takes part",
    "role.signer.does": "Signs",
    "role.approver.does": "Approves",
    "role.witness.does": "Is a witness",
    "role.viewer.does": "Only reads",
    "role.approver.asked": (
        "You are asked to approve this contract: you do not sign it and are not bound, but without "
        "your approval it does not go on."
    ),
    "role.approver.open": "Read and approve",
    "role.approver.consent": "2. Approve it",
    "role.approver.button": "Approve the contract",
    "role.witness.asked": (
        "You are asked to witness this contract: you do not sign it and are not bound; you vouch "
        "for what you have seen."
    ),
    "role.witness.open": "Read and witness",
    "role.witness.consent": "2. Vouch for it",
    "role.witness.button": "I am a witness",
    "role.decline": "I do not agree",
    "party_state.approved": "Has approved it",
    "party_state.witnessed": "Has witnessed it",
    "party_state.reads": "Can read it",
    "event.approved": "{who}: approved the contract",
    "event.witnessed": "{who}: witnessed it",
    "detail.done_at": "Done:",
    "detail.place": "Choose where to sign and fill in",
    "detail.copy": "Make another like this",
    "detail.download_certificate": "Certificate of completion (PDF)",
    "detail.certificate_name": "certificate",
    "list.state": "Which ones",
    "list.all": "All",
    "list.state.turn": "Those that await me",
    "list.state.draft": "Drafts",
    "list.state.sent": "Awaiting signatures",
    "list.state.sealed": "Signed",
    "list.state.ended": "Declined or expired",
    "list.tag": "Tag",
    "list.filter": "Show",
    "list.take_all": "Download these contracts (.zip)",
    "detail.tags": "My tags",
    "detail.tags_label": "Tags, separated by commas",
    "detail.tags_hint": "Only you see them. For example: farms, 2026.",
    "detail.tags_save": "Save the tags",
    "done.tagged": "The tags are saved.",
    "error.agreements/bad-tags": "Up to twelve tags, of forty letters at most.",
    "done.placed": "The fields are in place.",
    "done.part": "It has been recorded.",
    "done.copied": "This is a new draft, with the same document and the same parties.",
    "new.party_role": "What they do",
    "new.create_fields": "Prepare and place fields",
    "field.signature": "Signature",
    "field.initials": "Initials",
    "field.date": "Date",
    "field.text": "Text",
    "field.checkbox": "Box to tick",
    "field.other": "Field",
    "fields.title": "Where to sign and fill in",
    "fields.lead": (
        "If you place nothing, everybody signs on the last page. Place only what is needed."
    ),
    "fields.for": "Whose it is",
    "fields.palette_hint": (
        "Choose what to place and tap the page. Drag to move it; its corner changes the size. With "
        "the keyboard: arrows to move, shift and arrows for the size, Delete to remove it."
    ),
    "fields.save": "Save the fields",
    "fields.saving": "Saving…",
    "fields.by_hand": "Place them without dragging",
    "fields.by_hand_hint": (
        "Measures are parts of the page, from 0 to 100: from the left and from the top."
    ),
    "fields.row": "Field {number}",
    "fields.kind": "What it is",
    "fields.label": "What to write in it",
    "fields.page": "Page",
    "fields.left": "From the left (%)",
    "fields.top": "From the top (%)",
    "fields.width": "Width (%)",
    "fields.height": "Height (%)",
    "fields.required": "Has to be filled in",
    "fields.add": "Add a field",
    "fields.remove": "Remove field {number}",
    "sign.fields": "Fill in what is yours",
    "sign.fields_hint": (
        "What you write becomes part of the document and your signature closes it: nobody can "
        "change it afterwards."
    ),
    "sign.on_page": "page {page}",
    "sign.optional": "if you like",
    "sign.meanwhile": (
        "While you were reading, somebody signed: {names}. The contract says the same; only their "
        "signature and what they filled in were added. You can see it above, and go on."
    ),
    "error.agreements/bad-fields": (
        "A field is outside its page, is nobody's who signs, or one person has two signatures."
    ),
    "error.agreements/bad-value": "Check what you wrote in “{label}” (page {page}).",
    "error.agreements/nobody-signs": "Somebody has to sign: add at least one signer.",
    "error.signing/value-too-long": "What you wrote in “{label}” does not fit: make it shorter.",
}
