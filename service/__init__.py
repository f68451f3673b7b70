"""The Acta service: the journey from a draft to evidence that stands on its own."""
