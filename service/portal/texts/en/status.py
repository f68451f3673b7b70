"""How the log stands on its chains, and the copies in their stores."""

TEXTS = {
    "status.title": "State of the public log",
    "status.lead": (
        "Acta writes the fingerprints of contracts into a public log, and records the log on these "
        "chains of blocks, which nobody can rewrite. Here is how far each of them is."
    ),
    "status.all_well": "Everything is working.",
    "status.alarms.one": "One thing needs attention.",
    "status.alarms.many": "{count} things need attention.",
    "status.home": (
        "The home of the contracts: its anchors count, and it says which contracts are in force."
    ),
    "status.further": ("An additional chain: a second witness of the time. Nothing waits for it."),
    "status.newest": "Newest anchor",
    "status.block": "block {block}",
    "status.covers.one": "covers one entry",
    "status.covers.many": "covers {count} entries",
    "status.state.final": "final",
    "status.state.included": "not final yet",
    "status.none": "None yet",
    "status.waiting": "Waiting to be final",
    "status.entries.one": "One entry",
    "status.entries.many": "{count} entries",
    "status.nothing": "Nothing",
    "status.since": "since",
    "status.began": "Since",
    "status.silent": "No answer since",
    "status.chain_id": "Number of the chain",
    "status.unknown": "Not known yet",
    "status.log": "Name of the log: {origin}",
    "status.programs": "The same for programs:",
    "status.alarm.unreachable": (
        "This chain gives no answer. Entries are kept and are recorded when it is back."
    ),
    "status.alarm.low-balance": (
        "The account that pays for recording is running low. Nothing is lost."
    ),
    "status.alarm.late": "Some entries were not recorded in time. Nothing is lost.",
    "status.alarm.disagreeing": (
        "The computers we ask about this chain do not say the same. Only what enough of them "
        "say alike is believed."
    ),
    "status.alarm.refused": (
        "This chain refuses what has to be recorded. Somebody is needed to mend it."
    ),
    "status.alarm.other": "Something about this chain needs attention.",
    "status.copies": "Copies of what was signed",
    "status.copies_lead": (
        "Each signed document is encrypted and kept in all of these places. It counts as "
        "kept once {quorum} of them gave it back unharmed."
    ),
    "status.too_few.one": (
        "One document has fewer good copies than it should. It is being repaired."
    ),
    "status.too_few.many": (
        "{count} documents have fewer good copies than they should. They are being repaired."
    ),
    "status.store_down": ("This place does not answer as it should. The others go on without it."),
    "status.store_has": "Good copies",
    "status.store_lacks": "Copies to be placed or repaired",
    "status.documents.one": "One document",
    "status.documents.many": "{count} documents",
    "status.verified": "All read and compared since",
    "status.kind.disk": "A disk of this machine",
    "status.kind.s3": "Cloud storage (S3)",
    "status.kind.s3-lock": "Cloud storage where nothing can be deleted before its time",
    "status.kind.azure": "Cloud storage (Azure)",
    "status.kind.gcs": "Cloud storage (Google)",
    "status.kind.kubo": "A node of the IPFS network",
    "status.kind.pinning": "A service that keeps copies on the IPFS network",
}
