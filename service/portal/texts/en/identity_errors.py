"""What to tell people about errors while they are identified."""

TEXTS = {
    "error.identity/document-refused": (
        "Look at the document's data again: something is missing or cannot be."
    ),
    "error.identity/mrz-not-found": (
        "We could not read the lines with many “<”. Take another picture, sharper and "
        "straighter and without glare, or type the data yourself."
    ),
    "error.identity/mrz-check-digit": (
        "We read the lines, but their check digits do not add up. Take a sharper picture, or "
        "type the data yourself."
    ),
    "error.identity/document-expired": "The document has expired. Use one that is valid.",
    "error.identity/national-number": (
        "The number is not right: look for a wrong or missing digit or letter."
    ),
    "error.identity/document-reader-missing": (
        "This installation cannot read documents. Type the data yourself; a person will check them."
    ),
    "error.identity/face-refused": "The face check did not go well. Try again.",
    "error.identity/no-face": (
        "No face can be seen. Come nearer, with more light from the front and nothing before you."
    ),
    "error.identity/several-faces": (
        "More than one face can be seen. You must be alone before the camera."
    ),
    "error.identity/not-turned": (
        "The head was not turned as asked. Turn it slowly to the side that is named."
    ),
    "error.identity/flat-picture": (
        "What was turned seems flat, like a photo. You must be before the camera yourself."
    ),
    "error.identity/other-face": (
        "The face is not enough like the one in the photo. Try with more light and without "
        "glasses; if the document is not yours, do not go on."
    ),
    "error.identity/replayed-capture": (
        "Those pictures were sent before. They must be live: try again with the camera."
    ),
    "error.identity/challenge-over": "It took too long. Begin again: you have two minutes.",
    "error.identity/face-checker-busy": "Many checks are under way. Try again in a moment.",
    "error.identity/face-checker-failed": "The check took too long. Try again.",
    "error.identity/face-weights": (
        "This installation cannot check faces: its model is missing. Tell whoever runs it."
    ),
    "error.identity/picture-refused": "That picture will not do. Take one or two pictures.",
    "error.identity/picture-kind": "The file must be a JPEG or PNG picture.",
    "error.identity/picture-too-large": "The picture is too large: 12 MB at most.",
    "error.identity/picture-too-small": "The picture is too small to see anything.",
    "error.identity/picture-damaged": "The picture is damaged or incomplete. Take another.",
    "error.identity/picture-hides-file": (
        "The file hides something else behind the picture. Take the picture again."
    ),
    "error.identity/wrong-step": "The identification is at another step. See where it stands now.",
    "error.identity/too-many-attempts": (
        "The face check failed too often. Begin anew, in better light."
    ),
    "error.identity/not-identified": "First identify yourself.",
    "error.identity/not-reviewer": "This desk is only for this installation's reviewers.",
    "error.identity/own-case": "Nobody decides on themselves: another person has to.",
    "error.identity/review-reason": "Write a reason, of 5 to 1,000 characters.",
    "error.identity/already-reviewed": "Somebody else decided it already, or it was withdrawn.",
    "error.identity/company-number": (
        "The company's number is not right: look at its digits and letters."
    ),
    "error.identity/company-name": "Write the legal name, of 2 to 200 characters.",
    "error.identity/not-member": "In this company you may not do that.",
    "error.identity/last-owner": "The company needs an owner: name another one first.",
    "error.identity/power-missing": "It has not been shown yet that you may sign for the company.",
    "error.identity/deed-refused": "The deed must be a PDF or a picture, of 15 MB at most.",
    "error.identity/certificate-refused": (
        "The certificate or its signature does not prove what it should (step: {step})."
    ),
    "error.identity/certificate-unchecked": (
        "Whether the certificate was revoked cannot be known just now. That is neither yes nor "
        "no: try again later."
    ),
    "error.identity/certificate-challenge": (
        "The text is too old, was used, or was for somebody else. Download a new one."
    ),
}
