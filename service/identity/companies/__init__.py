"""Companies: their registered number, what registers answer, who may act for them, and by what."""
