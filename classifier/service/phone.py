"""The address of this server for a phone in the same network, also as a QR code; the token is never in it."""

import io

import segno
from fastapi import APIRouter, Response
from pydantic import BaseModel

from classifier.service import routes
from classifier.service.certificate import is_anywhere, own_address
from classifier.service.route_classes import ReadRoute
from classifier.service.settings import NotFound, Settings, is_local

OPEN = "Only this machine reaches this server. To use it on a phone in the same network, start it with --host 0.0.0.0 "
HTTPS = (
    "Browsers give the microphone only to pages from https: for listening on a phone, start the server with --https."
)
WARNS = (
    "The browser will warn, because this server made its certificate itself and nobody vouches for it. Choose "
    "“Advanced” and go on, if you trust the network; the server prints the certificate's fingerprint to compare."
)
router = APIRouter(route_class=ReadRoute, responses=routes.ERRORS)


class Phone(BaseModel):
    """url: what a phone in the same network opens; null where none can. advice: what to know, in sentences."""

    url: str | None
    advice: list[str]


def of(settings: Settings, host: str, port: int, scheme: str, own_certificate: bool) -> Phone:
    """What to tell somebody with a phone.

    Args:
        host, port: where the server listens.
        scheme: http or https.
        own_certificate: the server made it itself.
    """
    if public := settings.public:
        return Phone(
            url=f"{public.scheme}://{public.netloc}{public.prefix}/", advice=[] if public.scheme == "https" else [HTTPS]
        )
    if is_local(host):
        return Phone(url=None, advice=[f"{OPEN}--https."])
    name = own_address() if is_anywhere(host) else host
    if name is None:
        return Phone(url=None, advice=["This machine is in no network, so that no phone can reach it."])
    name = f"[{name}]" if ":" in name else name
    advice = [HTTPS] if scheme == "http" else [WARNS] * own_certificate
    return Phone(url=f"{scheme}://{name}:{port}/", advice=advice)


@router.get("/v2/phone/")
def phone(service: routes.Service) -> Phone:
    """Where a phone in the same network finds this server."""
    return service.phone


@router.get("/v2/phone/qr.svg", response_class=Response, responses={200: {"content": {"image/svg+xml": {}}}})
def code(service: routes.Service) -> Response:
    """That address as a QR code."""
    if not service.phone.url:
        raise NotFound(service.phone.advice[0])
    picture = io.BytesIO()
    segno.make(service.phone.url, micro=False).save(picture, kind="svg", scale=6, light="#fff", dark="#000")
    return Response(picture.getvalue(), media_type="image/svg+xml")
