"""The routes of kept data: what was uploaded to learn from and may be used again."""

from typing import Any

from fastapi import APIRouter

from classifier.service import schemas
from classifier.service.route_classes import TokenRoute
from classifier.service.routes import CHANGES, HAS_TOKEN, Service
from classifier.service.uploads import Upload

router = APIRouter(route_class=TokenRoute, dependencies=HAS_TOKEN, responses=CHANGES)


@router.get("/v2/uploads/")
def kept(service: Service) -> schemas.Uploads:
    """The data that was uploaded and is kept; a training takes its name as dataset_directory."""
    uploads = service.queue.uploads
    uploads.expire()
    return schemas.Uploads(uploads=[_told(service, one) for one in uploads.all()], quota=uploads.quota)


@router.delete("/v2/uploads/{name}")
def delete(service: Service, name: str) -> schemas.Upload:
    """Delete kept data that no training needs."""
    told = next((_told(service, one) for one in service.queue.uploads.all() if one.name == name), None)
    deleted = service.queue.uploads.delete(name)
    return told or _told(service, deleted)


def _told(service: Any, one: Upload) -> schemas.Upload:
    about = service.queue.datasets.count(one.name, one.path)
    more = {"bytes": one.n_bytes, "used": one.used, "expires": one.expires, "trainings": one.trainings}
    return schemas.Upload(**about.model_dump(), **more)
