"""Identity documents: their machine-readable lines, and what they say of their holder."""
