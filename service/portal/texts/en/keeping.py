"""How a contract is kept, and erasing it."""

TEXTS = {
    "keeping.title": "Custody and retention",
    "keeping.lead": "How Acta keeps this contract, and until when.",
    "keeping.copies": "Encrypted copies in good condition",
    "keeping.copies_of": "{whole} of {count}",
    "keeping.none_yet": "None: the contract is not sealed",
    "keeping.until": "Kept at least until",
    "keeping.no_limit": "No fixed time",
    "keeping.held": (
        "This contract is held by order of whoever runs this installation: it cannot be erased."
    ),
    "keeping.held_word": "Hold",
    "keeping.report": (
        "Every day Acta writes into the public log how the copies are, with nobody's data."
    ),
    "keeping.report_link": "Latest custody report",
    "keeping.erase": "Erase this contract",
    "keeping.erase_text": (
        "The key, the document and everybody's data are destroyed. The public log keeps only "
        "hashes that nobody can open any more. There is no way back."
    ),
    "keeping.erase_yes": "Yes, erase it for good",
    "keeping.erase_mine": "Erase my data",
    "keeping.erase_mine_text": (
        "Acta destroys what lets your name and address be read in its statements, and you "
        "will no longer see this contract here. The other parties keep the signed contract "
        "and their evidence, which stay valid. Download your PDF and your evidence file "
        "first. There is no way back."
    ),
    "keeping.erase_mine_yes": "Yes, erase my data",
    "keeping.back": "Back to the contract",
}
