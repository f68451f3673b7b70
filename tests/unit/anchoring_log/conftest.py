"""Settings for the properties of the formats."""

from hypothesis import settings

# A busy machine may be slow at any single example: time is no property of a format.
settings.register_profile("formats", deadline=None)
settings.load_profile("formats")
