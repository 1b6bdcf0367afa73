"""This service beside a DEEPaaS that runs: paths, verbs, arguments, status codes, answers, one by one.

DEEPaaS is installed in an environment of its own, for it needs old packages:

    python3.11 -m venv /tmp/deepaas && /tmp/deepaas/bin/pip install deepaas==2.6.0
    python -m benchmarks.deepaas --environment /tmp/deepaas --model trained/mel/model_mel_metadata.tflite
"""

import contextlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from benchmarks.deepaas_differences import DIFFERENCES
from classifier.core import arguments, console
from classifier.core.errors import InputError
from Constants import DATA_SHORT, ROOT

NAME = "mel"  # of the model, in both
BASE = f"/v2/models/{NAME}"
PATIENCE = 120  # seconds until a server answers
PACKAGE = {  # a module with DEEPaaS's interface, found by its entry point
    f"{NAME}_for_deepaas-1.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {NAME}_for_deepaas\nVersion: 1\n",
    f"{NAME}_for_deepaas-1.dist-info/entry_points.txt": f"[deepaas.v2.model]\n{NAME} = {NAME}_for_deepaas\n",
    f"{NAME}_for_deepaas.py": """
import time

from webargs import fields, validate

TEXT = ("base_directory dataset_directory num_classes files_to_PCM compute_embeddings mode initial_lr batch_size "
        "ckpt_freq lr_schedule_mode lr_step_decay lr_step_schedule l2_reg use_validation use_early_stopping "
        "use_multiprocessing use_tensorboard use_remote").split()
KINDS = ["application/json", "text/html", "application/zip"]


def get_metadata():
    return {"description": "a model of nothing"}


def get_predict_args():
    file = {"type": "file", "location": "form"}
    of_accept = {"validate": validate.OneOf(list(KINDS)), "metadata": {"location": "headers"}}
    return {
        "data": fields.Field(load_default=None, metadata=file),
        "urls": fields.Url(load_default=None),
        "timestamp": fields.Str(load_default=None),
        "ckpt_name": fields.Str(load_default=None),
        "accept": fields.Str(load_default=KINDS[0], **of_accept),
    }


def predict(accept, **_):
    if accept == "text/html":
        return "<p>dog</p>"
    if accept == "application/zip":
        return b"PK"
    links = {"Google Images": [""], "Wikipedia": [""]}
    return [{"title": "a", "labels": ["dog"], "probabilities": [1.0], "labels_info": [""], "links": links}]


def get_train_args():
    return {"epochs": fields.Int(load_default=1), **{name: fields.Str(load_default=None) for name in TEXT}}


def train(**_):
    time.sleep(600)  # it is cancelled
""",
}


@dataclass(frozen=True)
class Probe:
    """A request that is made of both."""

    title: str
    method: str
    path: str
    sends: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """One comparison."""

    request: str
    what: str
    theirs: str
    ours: str
    same: bool


def main(argv=None):
    parser = arguments.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--environment", type=Path, required=True, help="a virtual environment with deepaas")
    parser.add_argument("--model", type=Path, required=True, help="a .tflite file with metadata, which is served here")
    args = parser.parse_args(argv)
    command = args.environment / "bin" / "deepaas-run"
    for needed in (command, args.model):
        if not needed.is_file():
            raise InputError(f"{needed}: there is no such file; the first lines of {Path(__file__).name} say how")
    with tempfile.TemporaryDirectory() as folder, _deepaas(command.absolute(), Path(folder)) as theirs:
        with _ours(args.model, Path(folder)) as ours:
            recording = next(DATA_SHORT.rglob("*.wav")).read_bytes()
            rows = _documents(theirs, ours)
            for probe in _probes(recording):
                rows += _asked(probe, theirs, ours)
    unlisted = [row for row in rows if not row.same and (row.request, row.what) not in DIFFERENCES]
    print(f"{'request':<40} {'of it':<13} {'DEEPaaS':<17} {'here':<28} why not the same")
    for row in rows:
        why = "" if row.same else DIFFERENCES.get((row.request, row.what), "NOT LISTED")
        print(f"{row.request:<40} {row.what:<13} {row.theirs:<17} {row.ours:<28} {why}".rstrip())
    met = {(row.request, row.what) for row in rows if not row.same}
    gone = [key for key in DIFFERENCES if key not in met]
    for request, what in gone:
        print(f"{request}: {what} is listed as a difference, and is none")
    print(f"{len(rows)} compared: {len(met)} differ, {len(unlisted)} of them are not listed as on purpose")
    if unlisted or gone:
        sys.exit(1)


def _probes(recording: bytes) -> list[Probe]:
    sent = {"files": {"data": ("a.wav", recording)}}
    named = {"timestamp": f'"{NAME}"', "ckpt_name": '"final_model.h5"'}
    data = {"dataset_directory": f'"{DATA_SHORT.name}"', "epochs": "1"}
    return [
        Probe("GET /", "GET", "/"),
        Probe("GET /, application/json", "GET", "/", {"headers": {"Accept": "application/json"}}),
        *(Probe(f"GET {path}", "GET", path) for path in ("/v2", "/v2/", "/v2/debug/", "/v2/models/", "/ui", "/api")),
        *(Probe(f"HEAD {path}", "HEAD", path) for path in ("/v2/", "/swagger.json")),
        Probe("GET /v2/models/NAME/", "GET", f"{BASE}/"),
        Probe("GET /v2/models/none/", "GET", "/v2/models/none/"),
        Probe("PUT /v2/models/", "PUT", "/v2/models/"),
        Probe("POST .../predict/", "POST", f"{BASE}/predict/", sent),
        Probe("POST .../predict/?timestamp&ckpt_name", "POST", f"{BASE}/predict/", {**sent, "params": named}),
        Probe("POST .../predict/ of nothing", "POST", f"{BASE}/predict/"),
        Probe("POST .../predict/?nosuch=1", "POST", f"{BASE}/predict/?nosuch=1", sent),
        *(
            Probe(f"POST .../predict/, {kind}", "POST", f"{BASE}/predict/", {**sent, "headers": {"Accept": kind}})
            for kind in ("application/json", "text/html", "application/zip", "image/png")
        ),
        Probe("POST .../train/?epochs=x", "POST", f"{BASE}/train/?epochs=x"),
        Probe("POST .../train/", "POST", f"{BASE}/train/", {"params": data}),
        Probe("GET .../train/", "GET", f"{BASE}/train/"),
        Probe("GET .../train/UUID", "GET", f"{BASE}/train/UUID"),
        Probe("DELETE .../train/UUID", "DELETE", f"{BASE}/train/UUID"),
        Probe("GET .../train/none", "GET", f"{BASE}/train/none"),
        Probe("DELETE .../train/none", "DELETE", f"{BASE}/train/none"),
    ]


def _asked(probe: Probe, theirs: str, ours: str) -> list[Row]:
    """Status, content type and keys of both answers."""
    answers = []
    for address in (theirs, ours):
        path = probe.path
        if "UUID" in path:
            path = path.replace("UUID", requests.get(f"{address}{BASE}/train/").json()[0]["uuid"])
        answers.append(requests.request(probe.method, address + path, allow_redirects=False, timeout=60, **probe.sends))
    rows = [Row(probe.title, "status", *(texts := [str(one.status_code) for one in answers]), texts[0] == texts[1])]
    if probe.method == "HEAD" or any(300 <= one.status_code < 400 or not one.content for one in answers):
        return rows
    kinds = [one.headers.get("Content-Type", "").partition(";")[0] for one in answers]
    rows.append(Row(probe.title, "content type", *kinds, kinds[0] == kinds[1]))
    if kinds == ["application/json"] * 2:
        rows.append(_contained(probe.title, "keys", *(_keys(one.json()) for one in answers)))
    return rows


def _keys(answer: Any) -> set[str]:
    """Names in an answer, also of what lies in it."""
    if isinstance(answer, list):
        return set().union(*map(_keys, answer))
    if isinstance(answer, dict):
        inner = {f"{name}.{key}" for name, value in answer.items() if name != "args" for key in _keys(value)}
        return {*answer, *inner}
    return set()


def _documents(theirs: str, ours: str) -> list[Row]:
    """The documents of both: operations, their arguments, codes and kinds of answer."""
    documents = [requests.get(f"{address}/swagger.json", timeout=60).json() for address in (theirs, ours)]
    versions = [one["swagger"] for one in documents]
    rows = [Row("/swagger.json", "version", *versions, versions[0] == versions[1])]
    for path, verbs in documents[0]["paths"].items():
        for verb, operation in verbs.items():
            title = f"document: {verb.upper()} {path.replace(BASE, '...')}"
            here = documents[1]["paths"].get(path, {}).get(verb)
            rows.append(Row(title, "there", "yes", "yes" if here else "no", bool(here)))
            if here:
                names = [{f"{one['name']} in {one['in']}" for one in each["parameters"]} for each in (operation, here)]
                kinds = [set(each["produces"]) - {"*/*"} for each in (operation, here)]
                codes = [set(each["responses"]) for each in (operation, here)]
                found = {"arguments": names, "kinds": kinds, "codes": codes}
                rows += [_contained(title, what, *both) for what, both in found.items()]
    return rows


def _contained(title: str, what: str, theirs: set[str], ours: set[str]) -> Row:
    missing = theirs - ours
    more = f", and {len(ours - theirs)} more" if ours - theirs else ""
    said = f"without {', '.join(sorted(missing)[:3])}" if missing else f"all of them{more}"
    return Row(title, what, str(len(theirs)), said, not missing)


@contextlib.contextmanager
def _deepaas(command: Path, folder: Path):
    """The address of a DEEPaaS that serves a model of nothing."""
    for name, text in PACKAGE.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    flags = ["--listen-ip", "127.0.0.1", "--listen-port", str(port)]
    with (folder / "deepaas.log").open("w") as log:
        server = subprocess.Popen([command, *flags], env={"PYTHONPATH": str(folder)}, stdout=log, stderr=log)
    try:
        address = f"http://127.0.0.1:{port}"
        _wait(server, address, folder / "deepaas.log")
        yield address
    finally:
        server.send_signal(signal.SIGINT)
        server.wait()


@contextlib.contextmanager
def _ours(model: Path, folder: Path):
    """The address of a server of ours."""
    (folder / "trained").mkdir()
    shutil.copyfile(model, folder / "trained" / f"{NAME}.tflite")
    flags = ["--port", "0", "--trained", folder / "trained", "--home", folder / "home"]
    server = subprocess.Popen([sys.executable, ROOT / "ServeModel.py", *flags], stdout=subprocess.PIPE, text=True)
    try:
        address = next(found[1] for line in server.stdout if (found := re.search(r"(http://\S+?:\d+)/", line)))
        while requests.get(f"{address}/readyz", timeout=60).status_code != 200:
            time.sleep(0.1)
        yield address
    finally:
        server.send_signal(signal.SIGINT)
        server.wait()


def _wait(server: subprocess.Popen, address: str, log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while server.poll() is None and time.monotonic() < end:
        with contextlib.suppress(requests.ConnectionError):
            requests.get(f"{address}/v2/", timeout=60)
            return
        time.sleep(0.1)
    raise InputError(f"DEEPaaS does not start: {log.read_text()[-2000:]}")


if __name__ == "__main__":
    console.run(main)
