"""People: from a document and a live face to an identity that can be shown later."""
