"""What can go wrong with a face check."""

from service.errors import ServiceError


class FaceCheckRefusedError(ServiceError):
    """The capture shows no live check of one person; the subclass says why. Try again."""

    code = "identity/face-refused"


class NoFaceError(FaceCheckRefusedError):
    """No face can be seen in a picture: more light, nearer, nothing before the face."""

    code = "identity/no-face"


class SeveralFacesError(FaceCheckRefusedError):
    """More than one face in a picture: be alone in it."""

    code = "identity/several-faces"


class NotTurnedError(FaceCheckRefusedError):
    """The head was not turned as asked, or the other way."""

    code = "identity/not-turned"


class FlatPictureError(FaceCheckRefusedError):
    """What was turned is flat, such as a photo on paper or on a screen."""

    code = "identity/flat-picture"


class OtherFaceError(FaceCheckRefusedError):
    """The face is not the one it is compared with, or changed between frames."""

    code = "identity/other-face"


class ReplayedCaptureError(FaceCheckRefusedError):
    """The very frames were sent before, or stand still: a recording, not a live picture."""

    code = "identity/replayed-capture"


class ChallengeOverError(FaceCheckRefusedError):
    """The challenge is too old, was used already, or belongs to something else: begin anew."""

    code = "identity/challenge-over"


class FaceCheckerBusyError(ServiceError):
    """Every face-check process is at work: try again in a moment."""

    code = "identity/face-checker-busy"
    http_hint = 503


class FaceCheckerFailedError(ServiceError):
    """The face check took too long or its process died: try again, with another picture."""

    code = "identity/face-checker-failed"
    http_hint = 503


class FaceWeightsError(ServiceError):
    """The model's files are missing or not the expected ones: the installation must be mended."""

    code = "identity/face-weights"
    http_hint = 500
