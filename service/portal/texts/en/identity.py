"""Identifying oneself, and the review desk."""

TEXTS = {
    "identify.nav": "Identity",
    "identify.title": "Identify yourself",
    "identify.lead": (
        "With your document and your face, once. Afterwards you sign under your checked name, "
        "and whoever receives the agreement can see that."
    ),
    "identify.need_title": "What you need",
    "identify.need_document": "Your identity card or passport, valid and at hand.",
    "identify.need_camera": "A camera: that of a phone will do.",
    "identify.need_minutes": "About three minutes, in good light and alone before the camera.",
    "identify.kept": (
        "The pictures are kept encrypted and for a short time, and you can delete them "
        "earlier. No data of yours enters the public log, only a fingerprint that says nothing "
        "by itself."
    ),
    "identify.limits": (
        "What it checks: that the document's lines add up, and that before the camera there is "
        "a person who looks like the photo and turns their head when asked. It stops printed "
        "photos. It does not stop a prepared recording or a face made by a computer, and does "
        "not look at whether the document itself is genuine."
    ),
    "identify.begin": "Begin",
    "identify.anew": "Identify myself anew",
    "identify.stop": "Stop, and delete what I gave",
    "identify.stages": "Steps",
    "identify.stage.document": "Document",
    "identify.stage.confirm": "Name and number",
    "identify.stage.face": "Face",
    "identify.document_text": (
        "Take a sharp, straight picture of each side of the document, without glare. Of a "
        "passport the page with the photo is enough. One of the pictures must show the lines "
        "with many “<”."
    ),
    "identify.front": "Side with the photo",
    "identify.back": "The other side",
    "identify.back_hint": "Not needed for a passport.",
    "identify.read": "Read the document",
    "identify.reading": "Reading the document… this can take a minute",
    "identify.typed_title": "If it cannot be read",
    "identify.typed_text": (
        "You can take another picture, or type the data yourself. If you type them, a person "
        "compares them with the pictures before accepting them."
    ),
    "identify.typed_choice": "I type the data myself",
    "identify.issuer": "Country that issued the document",
    "identify.given_names": "Given names",
    "identify.family_names": "Family names",
    "identify.document_number": "Number of the document",
    "identify.birth": "Date of birth",
    "identify.expiry": "Valid until",
    "identify.confirm_text": (
        "This is what the document says. Correct what is not right: its lines hold no accents."
    ),
    "identify.number": "National number",
    "identify.number_hint": "That of your country. In Spain, the DNI or NIE with its letter.",
    "identify.confirm": "That is right",
    "identify.review_title": "A person is looking at it",
    "identify.review_text": (
        "There is something that the program may not decide, so a person will. Come back to "
        "this page later. Reason:"
    ),
    "identify.known_title": "You are identified",
    "identify.known_text": (
        "When you sign, it will be on record that you were identified by document and face."
    ),
    "identify.name": "Name",
    "identify.valid_until": "Valid until",
    "identify.decided_by": "Decided by",
    "identify.by.program": "the program",
    "identify.by.reviewer": "a person",
    "identify.leaf": "Fingerprint in the public log",
    "identify.pictures_title": "Your pictures",
    "identify.pictures.one": "We keep 1 picture of yours, encrypted.",
    "identify.pictures.many": "We keep {count} pictures of yours, encrypted.",
    "identify.no_pictures": "We keep no picture of yours.",
    "identify.forget": "Delete my pictures",
    "identify.erase": "Delete my identification too",
    "identify.erase_hint": (
        "What you signed stays as it is. To sign under your checked name again you will have "
        "to identify yourself anew."
    ),
    "identify.refused_title": "It was not accepted",
    "identify.refused_text": (
        "A person looked at your identification and did not accept it. You can try again, with "
        "better pictures."
    ),
    "identify.done.pictures": "Your pictures are deleted.",
    "identify.done.withdrawn": "It is deleted.",
    "face.text": (
        "Be alone, with light from the front and without sunglasses or a cap. We will say "
        "where to look: first straight ahead, then three gentle turns of the head, with both "
        "eyes still showing."
    ),
    "face.video": "What your camera sees",
    "face.by_hand": "No countdown: I take each picture with the button",
    "face.start": "Turn on the camera",
    "face.shoot": "Take the picture",
    "face.centre": "Look straight ahead.",
    "face.left": "Turn your head a little to your left.",
    "face.right": "Turn your head a little to your right.",
    "face.pose.centre": "Straight ahead",
    "face.pose.left": "To their left",
    "face.pose.right": "To their right",
    "face.wait": "Turning on the camera…",
    "face.checking": "Checking… a few seconds.",
    "face.denied": (
        "The browser does not let us use the camera. Allow it for this page and try again."
    ),
    "face.missing": "We find no camera. Open this page on a phone.",
    "face.failed": "It could not be sent. Load the page again and try once more.",
    "face.again": "You can try again.",
    "face.attempts.one": "You have 1 try left.",
    "face.attempts.many": "You have {count} tries left.",
    "face.noscript": "To use the camera, turn on JavaScript in your browser.",
    "flag.names-differ": "The name is not that of the document's lines.",
    "flag.number-unchecked": "We do not know the rule of that number.",
    "flag.number-not-in-document": "The number is not in the document.",
    "flag.birth-unknown": "The document does not give the whole date of birth.",
    "flag.under-age": "The person is under age.",
    "flag.typed-by-hand": "The data were typed by the person, not read by the program.",
    "flag.face-uncertain": "The face is alike, but not enough to decide without a person.",
    "flag.deed": "A deed to be reviewed.",
    "flag.other-person": "The certificate names another person.",
    "flag.other": "Another reason.",
    "review.title": "Review desk",
    "review.lead": (
        "What the program may not decide. Each decision has a reason and is noted in the log."
    ),
    "review.done": "The decision is noted.",
    "review.waiting.one": "1 case is waiting",
    "review.waiting.many": "{count} cases are waiting",
    "review.none": "No case is waiting.",
    "review.since": "Waiting since",
    "review.kind.person": "Identification of a person",
    "review.kind.power": "Power to represent a company",
    "review.kind.other": "Case",
    "review.facts": "Facts",
    "review.documents": "Document",
    "review.document": "Picture {number} of the document",
    "review.frames": "Live face",
    "review.frame": "Picture {number} of the face",
    "review.no_pictures": "The pictures were deleted already.",
    "review.undrawn": "This PDF cannot be drawn here (because it is signed, for example).",
    "review.file": "Download the file",
    "review.file_hint": "A stranger made it: open it with care.",
    "review.scores": "What the program measured",
    "review.scores_hint": (
        "Distance from the document's photo: accepted up to {accept}, refused above {refuse}."
    ),
    "review.reliefs": "Relief of the turns (1 or more: not flat)",
    "review.model": "Model",
    "review.reason": "Reason for the decision",
    "review.reason_hint": "5 to 1,000 characters. Say what you compared.",
    "review.accept": "Accept",
    "review.refuse": "Refuse",
    "fact.familyNames": "Family names",
    "fact.givenNames": "Given names",
    "fact.readFamilyNames": "Family names in the lines",
    "fact.readGivenNames": "Given names in the lines",
    "fact.birthDate": "Date of birth",
    "fact.issuer": "Country",
    "fact.documentNumber": "Document number",
    "fact.documentExpiry": "Valid until",
    "fact.nationalNumber": "National number",
    "fact.numberInDocument": "The number is in the document",
    "fact.company": "Company",
    "fact.companyNumber": "Company number",
    "fact.yes": "yes",
    "fact.no": "no",
    "fact.other": "Fact",
    "country.ESP": "Spain",
    "country.ARG": "Argentina",
    "country.BEL": "Belgium",
    "country.BGR": "Bulgaria",
    "country.BRA": "Brazil",
    "country.CHL": "Chile",
    "country.CHN": "China",
    "country.COL": "Colombia",
    "country.D": "Germany",
    "country.DNK": "Denmark",
    "country.DOM": "Dominican Republic",
    "country.ECU": "Ecuador",
    "country.EST": "Estonia",
    "country.FIN": "Finland",
    "country.FRA": "France",
    "country.GBR": "United Kingdom",
    "country.ITA": "Italy",
    "country.LTU": "Lithuania",
    "country.LVA": "Latvia",
    "country.MAR": "Morocco",
    "country.MEX": "Mexico",
    "country.NLD": "Netherlands",
    "country.PER": "Peru",
    "country.POL": "Poland",
    "country.PRT": "Portugal",
    "country.PRY": "Paraguay",
    "country.ROU": "Romania",
    "country.SWE": "Sweden",
    "country.TUR": "Türkiye",
    "country.UKR": "Ukraine",
    "country.URY": "Uruguay",
    "country.USA": "United States",
    "country.VEN": "Venezuela",
}
