"""The REST interface for integrators, and what anybody may fetch."""

from service.api.anchors import build_anchors_router
from service.api.custody import build_custody_router
from service.api.pki import build_pki_router
from service.api.problems import on_http_error, on_service_error, on_validation_error
from service.api.public import build_public_router
from service.api.status import build_status_router

__all__ = [
    "build_anchors_router",
    "build_custody_router",
    "build_pki_router",
    "build_public_router",
    "build_status_router",
    "on_http_error",
    "on_service_error",
    "on_validation_error",
]
