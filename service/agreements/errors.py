"""What can be wrong with a request about an agreement."""

from service.errors import ConflictError, NotFoundError, ServiceError


class AgreementNotFoundError(NotFoundError):
    """No such agreement, or this person has no part in it."""

    code = "agreements/not-found"


class BadDraftError(ServiceError):
    """The title, deadline or parties of a draft cannot stand."""

    code = "agreements/bad-draft"
    http_hint = 422


class BadTitleError(BadDraftError):
    """The title is empty or too long."""

    code = "agreements/bad-title"


class BadDeadlineError(BadDraftError):
    """The deadline is past, too near or too far."""

    code = "agreements/bad-deadline"


class BadPartiesError(BadDraftError):
    """Too few or too many parties, or one without a name or an order."""

    code = "agreements/bad-parties"


class NobodySignsError(BadPartiesError):
    """All parties approve, witness or read, and nobody signs."""

    code = "agreements/nobody-signs"


class SamePartyTwiceError(BadPartiesError):
    """Two parties have one e-mail address, so they could not be told apart."""

    code = "agreements/same-party-twice"


class BadFieldsError(BadDraftError):
    """A field stands outside its page, has no such kind, or is nobody's to fill in."""

    code = "agreements/bad-fields"


class BadTagsError(ServiceError):
    """Too many tags, or one too long."""

    code = "agreements/bad-tags"
    http_hint = 422


class BadValueError(ServiceError):
    """What was filled into a field is missing, too long, or cannot be written there."""

    code = "agreements/bad-value"
    http_hint = 422


class NotInThisStateError(ConflictError):
    """The agreement is in a state in which this cannot be done."""

    code = "agreements/not-in-this-state"


class NotYourTurnError(ConflictError):
    """Others sign before this party."""

    code = "agreements/not-your-turn"


class SenderSignsFirstError(ConflictError):
    """The sender is a party and has not signed yet."""

    code = "agreements/sender-signs-first"


class DeadlinePassedError(ConflictError):
    """The deadline has passed; nobody can sign any more."""

    code = "agreements/deadline-passed"


class StaleViewError(ConflictError):
    """The page was made from an older state: look again before signing."""

    code = "agreements/stale-view"


class FreshCodeNeededError(ServiceError):
    """The e-mailed code was confirmed too long ago to sign with."""

    code = "agreements/fresh-code-needed"
    http_hint = 403


class ReasonNeededError(ServiceError):
    """Declining needs a reason of reasonable length."""

    code = "agreements/reason-needed"
    http_hint = 422


class BadSignaturePictureError(ServiceError):
    """The drawn signature is not a PNG picture of reasonable size."""

    code = "agreements/bad-signature-picture"
    http_hint = 422


class NotReadyError(ConflictError):
    """The sealed PDF or the evidence does not exist yet."""

    code = "agreements/not-ready"


class NoRecoveryKeyError(ConflictError):
    """This person has no key that the agreement's envelope opens for."""

    code = "agreements/no-recovery-key"


class SignatureOverError(ConflictError):
    """The signature that a passkey was to answer is over, was answered, or was another's."""

    code = "agreements/signature-over"


class NoDeviceSigningError(ConflictError):
    """This installation does not sign with passkeys."""

    code = "agreements/no-device-signing"


class PasskeyNeededError(ServiceError):
    """The sender asked everybody to sign with a passkey."""

    code = "agreements/passkey-needed"
    http_hint = 403
