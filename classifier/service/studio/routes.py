"""The routes of Studio; all need the token, for voices are private."""

import io
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, File, Query, Request, Response, UploadFile
from fastapi.responses import FileResponse, JSONResponse

from classifier.audio import recording as audio_recording
from classifier.service import drawing as drawings
from classifier.service import schemas as service_schemas
from classifier.service.clients import client_of
from classifier.service.route_classes import TokenRoute
from classifier.service.routes import ERRORS, HAS_TOKEN
from classifier.service.settings import Conflict, Refused
from classifier.service.studio import edits, schemas, takes, training
from classifier.service.studio.data_sets import DataSet
from classifier.service.studio.recording_labels import EditConflictError, Labels, RecordingLabels
from classifier.service.wanted import Wanted
from Constants import SAMPLE_RATE

router = APIRouter(
    prefix="/v2/studio",
    route_class=TokenRoute,
    dependencies=HAS_TOKEN,
    responses={**ERRORS, 401: {"model": service_schemas.Error}, 409: {"model": service_schemas.Error}},
)
CONSENT = (
    "a voice is kept only with consent: ask who is heard in it, tick the box or give consent=true; it can be deleted "
    "at any time"
)


def _service(request: Request):
    return request.app.state.service


def _set(request: Request, name: str) -> DataSet:
    return request.app.state.service.studio.get(name)


def _recording(of: Annotated[DataSet, Depends(_set)], recording: str) -> RecordingLabels:
    return of.recording(recording)


Service = Annotated[Any, Depends(_service)]  # app.Service
OneSet = Annotated[DataSet, Depends(_set)]
OneRecording = Annotated[RecordingLabels, Depends(_recording)]
Name = Annotated[str, Query(max_length=200)]
Revision = Annotated[int, Query(ge=0, description="of the recording, as it was when the edit was made")]
Time = Annotated[float, Query(ge=0, allow_inf_nan=False, description="seconds")]


@router.get("/")
def data_sets(service: Service) -> schemas.Summaries:
    """All data sets."""
    return schemas.Summaries(sets=[_shown(one).about for one in service.studio.all()])


@router.post("/{name}/", status_code=201)
def make(service: Service, name: str) -> schemas.DataSet:
    """Make a data set."""
    return _shown(service.studio.make(name))


@router.get("/{name}/")
def data_set(of: OneSet) -> schemas.DataSet:
    """A data set: its labels, its recordings and what is heard in them."""
    return _shown(of)


@router.delete("/{name}/")
def delete(service: Service, name: str) -> service_schemas.Done:
    """Delete a data set with all its recordings, labels and edits."""
    service.studio.delete(name)
    return service_schemas.Done(status="OK")


@router.post("/{name}/labels/", status_code=201)
def add_label(of: OneSet, label: Name) -> schemas.Summary:
    """Name a label; its key is its place."""
    of.add_label(label)
    return _shown(of).about


@router.delete("/{name}/labels/")
def remove_label(of: OneSet, label: Name) -> schemas.Summary:
    """Take away the name of a label that no stretch has."""
    of.remove_label(label)
    return _shown(of).about


@router.post("/{name}/recordings/", status_code=201)
def add(
    service: Service,
    request: Request,
    of: OneSet,
    data: Annotated[UploadFile, File(description="a recording of any format")],
    consent: Annotated[bool, Query(description="who is heard in it agrees that it is kept")],
    label: Annotated[str | None, Query(max_length=200, description="heard from its start to its end")] = None,
    take: Annotated[bool, Query(description="cut the silence at its ends, and bring it to one level")] = False,
) -> schemas.Recording:
    """Keep a recording, as one channel of 16 kHz in 16 bits: what models hear."""
    if not consent:
        raise Refused(CONSENT)
    client = client_of(request.client.host if request.client else None)
    service.audio.check(client)
    with service.given(data) as (title, path, _):
        signal = service.workers.read(path, SAMPLE_RATE, title, Wanted(client))
    service.audio.spend(client, len(signal) / SAMPLE_RATE)
    if take:
        signal = takes.prepared(signal, SAMPLE_RATE, label)
    wav = io.BytesIO()
    audio_recording.write(wav, signal, SAMPLE_RATE)
    with service.studio.room(wav.tell()):
        return schemas.recording(of.add(title, wav.getvalue(), label))


@router.get("/{name}/recordings/{recording}/")
def recording(of: OneRecording) -> schemas.Recording:
    """What is heard in a recording."""
    return schemas.recording(of)


@router.delete("/{name}/recordings/{recording}/")
def delete_recording(of: OneSet, recording: str) -> service_schemas.Done:
    """Delete a recording with its labels and edits."""
    of.delete(recording)
    return service_schemas.Done(status="OK")


@router.get("/{name}/recordings/{recording}/audio", response_class=FileResponse)
def audio(of: OneRecording) -> FileResponse:
    """The recording as wav; parts of it by Range."""
    return FileResponse(of.path, media_type="audio/wav", headers={"Cache-Control": "no-store"})


@router.get("/{name}/recordings/{recording}/drawing")
def drawing(of: OneRecording, start: Time = 0.0, end: Time | None = None) -> service_schemas.Drawing:
    """Waveform and mel spectrogram of a recording, or of a part of it."""
    seconds = of.read().seconds
    stop = min(seconds, end or seconds)
    if stop - start < edits.LEAST:
        raise Refused(f"{of.path.name} has no such part: give a start and a later end within its {seconds:.2f} s")
    signal = audio_recording.read_part(of.path, SAMPLE_RATE, start, stop)
    return service_schemas.Drawing(**drawings.drawing(signal, SAMPLE_RATE))


@router.post("/{name}/recordings/{recording}/edits/", response_model=schemas.Recording, status_code=201)
def edit(
    of: OneSet,
    recording: str,
    start: Time,
    end: Time,
    revision: Revision,
    label: Annotated[str | None, Query(max_length=200, description="left out: none of the labels is heard")] = None,
) -> Response | schemas.Recording:
    """Label a stretch; 409 with both edits where somebody else has edited it since that revision."""
    return _edited(of, recording, lambda one: of.label(one, start, end, label, revision))


@router.post("/{name}/recordings/{recording}/undo/", response_model=schemas.Recording, status_code=201)
def undo(of: OneSet, recording: str, revision: Revision) -> Response | schemas.Recording:
    """Take back the last edit."""
    return _edited(of, recording, lambda one: of.undo(one, revision))


@router.get("/{name}/warnings/")
def warnings(service: Service, of: OneSet) -> schemas.Warnings:
    """What the audit finds in what is labelled."""
    return service.audits.warnings(of)


@router.get("/{name}/next/")
def listen_next(service: Service, of: OneSet) -> schemas.Suggested:
    """What to listen to next, by the model in use."""
    model = training.in_use(of, service.queue)
    if model is None:
        raise Conflict(f"no model is trained on {of.name} yet: train one, and it says of what it is least certain")
    return schemas.Suggested(suggestions=service.suggestions.of(of, of.models / model))


@router.get("/{name}/train/")
def newest_training(service: Service, of: OneSet) -> schemas.Training:
    """The newest training on the data set, and how its model does beside the one before."""
    return _training(service, of)


@router.post("/{name}/train/", status_code=201)
def train(
    service: Service,
    of: OneSet,
    architecture: Annotated[str, Query(max_length=40, description="of GET /v2/models/")],
    epochs: Annotated[int | None, Query(ge=1, le=1000, description="in place of the recipe's")] = None,
    unlabelled: Annotated[
        Literal["ignore", "negatives"], Query(description="negatives: nothing is heard there")
    ] = "ignore",
) -> schemas.Training:
    """Train on the data set, and compare with the model in use."""
    training.train(of, service.queue, architecture, epochs, unlabelled)
    return _training(service, of)


@router.post("/{name}/model/")
def use(service: Service, of: OneSet, model: Name) -> schemas.Training:
    """Use a model from now on: keep the new one, or go back."""
    training.use(of, service.queue, model)
    return _training(service, of)


def _training(service: Any, of: DataSet) -> schemas.Training:
    queue, newest = service.queue, next(iter(training.runs(of, service.queue)), None)
    if newest is None:
        return schemas.Training()
    found = training.comparison(of, newest)
    if found and found.why:
        found = found.model_copy(update={"why": service.scrub(found.why)})
    before = newest.args.get("compare")
    return schemas.Training(
        run=queue.about(newest),
        before=None if before is None else str(before),
        now=newest.modelname if newest.status == "done" else None,
        in_use=training.in_use(of, queue),
        comparison=found,
    )


def _edited(of: DataSet, name: str, change: Any) -> Response | schemas.Recording:
    one = of.recording(name)
    try:
        labels: Labels = change(one)
        return schemas.recording(one, labels)
    except EditConflictError as error:
        return JSONResponse(schemas.conflict(error, one).model_dump(), error.code)


def _shown(of: DataSet) -> schemas.DataSet:
    record, found = of.record, [schemas.recording(one) for one in of.recordings()]
    return schemas.DataSet(about=schemas.summary(of.name, record.labels, found), recordings=found)
