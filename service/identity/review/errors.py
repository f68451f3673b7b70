"""What can go wrong at the review desk."""

from service.errors import ConflictError, ServiceError


class NotReviewerError(ServiceError):
    """Whoever asks is not one of the installation's reviewers."""

    code = "identity/not-reviewer"
    http_hint = 403


class OwnCaseError(ServiceError):
    """A reviewer may not decide on themselves."""

    code = "identity/own-case"
    http_hint = 403


class ReviewReasonError(ServiceError):
    """A decision needs a reason of 5 to 1,000 characters."""

    code = "identity/review-reason"


class AlreadyReviewedError(ConflictError):
    """Somebody else decided this case first."""

    code = "identity/already-reviewed"
