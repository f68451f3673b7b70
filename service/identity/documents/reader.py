"""The port that reads the machine-readable lines off a picture of a document."""

from datetime import date
from typing import Protocol

from service.identity.documents.mrz import Mrz
from service.identity.pictures.gate import SoundPicture


class DocumentReader(Protocol):
    """Reads documents.

    Determinism: the same picture gives the same reading. Durability: nothing is kept, and nothing
    leaves the machine. Concurrency: any number of threads; blocks for at most its own time-outs,
    so it is not for an event loop's thread. Retries: none. Errors: MrzNotFoundError,
    MrzCheckDigitError, DocumentReaderMissingError, whose messages never repeat what was read.
    """

    @property
    def name(self) -> str:
        """What reads, with its version: it stands in the identity statement."""
        ...

    def read(self, picture: SoundPicture, *, today: date) -> Mrz:
        """Return what the lines say; every check digit fits."""
        ...
