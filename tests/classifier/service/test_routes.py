import subprocess
import sys
from pathlib import Path

SCHEMATHESIS = Path(sys.executable).with_name("st")
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"


def test_whatever_is_asked_is_answered_as_the_document_says(server, tmp_path):
    flags = ["--checks", CHECKS, "--exclude-path", "/v2/tensorboard/", "--phases", "examples,coverage,fuzzing"]
    command = [SCHEMATHESIS, "run", f"{server.address}/openapi.json", *flags, "--max-examples", "20", "--seed", "1"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert server.client.get("/healthz").status_code == 200
