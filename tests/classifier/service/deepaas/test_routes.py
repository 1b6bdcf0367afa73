"""What was written for DEEPaaS works here: its paths, verbs, arguments, kinds of answer."""

import csv
import io
import json
import zipfile

import httpx
import pytest

from classifier.service.deepaas.arguments import TAKEN
from classifier.service.settings import Settings
from tests.classifier.service.conftest import SILENCE, served_here, write_tiny_model
from tests.classifier.service.deepaas.described import ANSWERS, OF_RUN, OPERATIONS, PREDICT, PREDICTION, TRAIN
from tests.conftest import write_data

JSON = {"Accept": "application/json"}
RECORDING = {"data": ("<b>a.wav", SILENCE)}


@pytest.fixture(scope="module")
def ask(tmp_path_factory):
    folder = tmp_path_factory.mktemp("deepaas")
    models = write_tiny_model(folder / "models")
    (models / "tiny.tflite").rename(models / "mel.tflite")
    settings = Settings(out=models, home=folder / "home", data=(write_data(folder / "tones"),))
    with served_here(settings) as (address, _), httpx.Client(base_url=address, timeout=120) as client:
        yield client


@pytest.fixture(scope="module")
def document(ask):
    return ask.get("/swagger.json").json()


def test_the_document_is_swagger_2_and_has_each_operation_of_deepaas_with_its_arguments(document):
    assert document["swagger"] == "2.0"
    for (verb, path), names in OPERATIONS.items():
        operation = document["paths"][path][verb]
        given = {one["name"] for one in operation["parameters"]}
        assert names <= given, (verb, path)
        assert "200" in operation["responses"] or "201" in operation["responses"] or "204" in operation["responses"]
    (data,) = (one for one in document["paths"][PREDICT]["post"]["parameters"] if one["name"] == "data")
    assert (data["in"], data["type"]) == ("formData", "file")
    assert document["paths"][PREDICT]["post"]["produces"] == ["application/json", "application/zip", "text/html"]


def test_the_document_has_no_word_of_a_later_version_and_no_loose_end(document):
    text = json.dumps(document)
    assert not any(word in text for word in ('"anyOf"', '"const"', '"requestBody"', "#/components/", '"null"'))
    for name in text.split('"#/definitions/')[1:]:
        assert name.partition('"')[0] in document["definitions"]
    for verbs in document["paths"].values():
        for operation in verbs.values():
            assert all("type" in one for one in operation["parameters"]), operation["operationId"]


@pytest.mark.parametrize("path", ANSWERS)
def test_an_answer_has_the_keys_that_deepaas_gives(ask, path):
    assert ANSWERS[path] <= set(ask.get(path, headers=JSON).json())


@pytest.mark.parametrize("path", ["/", "/v2/", "/v2/models/", "/v2/models/mel/", "/swagger.json", "/openapi.json"])
def test_head_is_answered_as_get_without_the_body(ask, path):
    head, get = ask.head(path, headers=JSON), ask.get(path, headers=JSON)
    assert head.status_code == get.status_code == 200 and not head.content
    assert head.headers["content-length"] == get.headers["content-length"]


def test_paths_lead_where_those_of_deepaas_do(ask):
    assert ask.get("/api", follow_redirects=True).url.path == "/docs"
    assert ask.get("/v2/models/mel", follow_redirects=True).json()["id"] == "mel"
    assert ask.get("/v2/debug/").status_code == 204
    assert ask.head("/v2/nothing/").status_code == 404 and ask.head(PREDICT).status_code == 405
    assert "<html" in ask.get("/").text
    for page in ("", "text/html,*/*;q=0.8"):
        assert "<html" in ask.get("/", headers={"Accept": page}).text


def test_a_prediction_has_what_deephdc_gives_and_its_links_are_names_only(ask):
    (one,) = ask.post(PREDICT, files=RECORDING).json()["predictions"]
    assert PREDICTION <= set(one)
    assert set(one["links"]) == {"Google Images", "Wikipedia"}
    for addresses in (*one["links"].values(), one["labels_info"]):
        assert len(addresses) == len(one["labels"])


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("*/*", "application/json"),
        ("application/*", "application/json"),
        ("text/html", "text/html"),
        ("application/zip", "application/zip"),
        ("text/html;q=0.2, application/json;q=0.1", "text/html"),
        ("application/json;q=0, */*", "text/html"),
    ],
)
def test_the_kind_of_answer_is_what_the_client_accepts(ask, accept, kind):
    answer = ask.post(PREDICT, files=RECORDING, headers={"Accept": accept})
    assert answer.status_code == 200 and answer.headers["content-type"].partition(";")[0] == kind


@pytest.mark.parametrize("accept", ["image/png", "application/json;q=0", "application/json;q=x"])
def test_what_cannot_be_given_is_406_with_what_can(ask, accept):
    answer = ask.post(PREDICT, files=RECORDING, headers={"Accept": accept})
    assert answer.status_code == 406 and "application/json, text/html, application/zip" in answer.json()["message"]


def test_a_page_escapes_what_strangers_wrote_and_a_zip_holds_page_table_and_json(ask):
    page = ask.post(PREDICT, files=RECORDING, headers={"Accept": "text/html"}).text
    assert "&lt;b&gt;a.wav" in page and "<b>" not in page and "<img" not in page and "src=" not in page
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as many:
        many.writestr("=1+1.wav", SILENCE)
        many.writestr("b.wav", b"no sound")
    sent = {"url": f"{PREDICT}?windows=true", "files": {"data": ("a.zip", archive.getvalue())}}
    answer = ask.post(**sent).json()
    zipped = ask.post(**sent, headers={"Accept": "application/zip"}).content
    with zipfile.ZipFile(io.BytesIO(zipped)) as held:
        assert json.loads(held.read("predictions.json")) == answer
        rows = list(csv.DictReader(held.read("predictions.csv").decode().splitlines()))
        assert "=1+1.wav" in held.read("predictions.html").decode()
    good, bad = answer["predictions"]
    assert len(rows) == 1 + len(good["windows"]) + 1
    assert rows[0]["title"] == "'=1+1.wav" and rows[0]["likeliest"] == good["labels"][0]
    assert rows[-1]["error"] == bad["error"]


def test_the_model_of_a_training_is_named_as_deephdc_does(ask):
    query = {"timestamp": '"mel"', "ckpt_name": '"final_model.h5"'}
    assert ask.post("/v2/models/default/predict/", params=query, files=RECORDING).status_code == 200
    answer = ask.post(PREDICT, params={"timestamp": '"2020-01-01_000000"'}, files=RECORDING)
    assert answer.status_code == 404 and "2020-01-01_000000" in answer.json()["message"]
    assert ask.post(PREDICT, params={"ckpt_name": '"epoch-3.h5"'}, files=RECORDING).status_code == 422


def test_what_a_client_of_deephdc_asks_for_is_taken_where_it_is_so_and_refused_where_not(ask):
    assert set(TAKEN) <= OPERATIONS["post", TRAIN]
    wrong = {"initial_lr": "2", "batch_size": "0.5", "lr_schedule_mode": '"step"', "mode": '"fast"'}
    wrong |= {"compute_embeddings": "false", "use_remote": "true"}
    for name, value in wrong.items():
        answer = ask.post(TRAIN, params={name: value})
        assert answer.status_code == 422 and answer.json()["message"].startswith(f"{name} is "), answer.text
    so = {"base_directory": '"."', "files_to_PCM": "false", "use_tensorboard": "true", "num_classes": "null"}
    refused = ask.post(TRAIN, params={**so, "dataset_directory": '"data/audios"'})
    assert refused.status_code == 404 and "there is no data 'data/audios'" in refused.json()["message"]
    chosen = {"dataset_directory": '"tones"', "epochs": "1", "initial_lr": "0.01", "batch_size": "8"}
    run = ask.post(TRAIN, params={**so, **chosen}).json()
    try:
        assert set(run) >= OF_RUN
        used = {name: run["args"][name] for name in ("dataset_directory", "initial_lr", "batch_size")}
        assert used == {"dataset_directory": "tones", "initial_lr": 0.01, "batch_size": 8}
        (listed,) = ask.get(TRAIN).json()
        assert listed["uuid"] == run["uuid"]
    finally:
        assert ask.delete(f"{TRAIN}{run['uuid']}").status_code == 200
