"""Several machines behind a real nginx, as the guide has it: two servers that predict, one of which also trains."""

import re
import signal

import httpx
import pytest

from tests.classifier.service.conftest import SILENCE, served, write_tiny_model
from tests.classifier.service.test_proxy import NGINX, nginx, of_the_guide
from tests.conftest import wait_until

PUBLIC = "sounds.example.org"
FLAGS = ("--public-url", f"https://{PUBLIC}/", "--token", "secret")
PREDICT, RECORDING = "/v2/models/tiny/predict/", {"data": ("a.wav", SILENCE)}


@pytest.mark.skipif(not NGINX, reason="needs Debian's nginx: apt install nginx-light")
def test_two_servers_answer_alike_behind_nginx_and_a_dead_one_is_skipped(tmp_path):
    models = write_tiny_model(tmp_path / "models")
    with (
        served(models, tmp_path / "one", *FLAGS) as one,
        served(models, tmp_path / "two", *FLAGS, "--predict-only") as two,
    ):
        servers = of_the_guide("nginx", "upstream").replace("listen 80;", "listen 127.0.0.1:{port};")
        for name, server in (("10.0.0.1:8000", one), ("10.0.0.2:8000", two)):
            assert name in servers
            servers = servers.replace(name, server.address.removeprefix("http://"))
        with nginx(tmp_path, servers) as address:
            with httpx.Client(base_url=address, headers={"Host": PUBLIC}, timeout=60) as ask:
                direct = [httpx.post(f"{it.address}{PREDICT}", files=RECORDING, timeout=60).json() for it in (one, two)]
                through = [ask.post(PREDICT, files=RECORDING) for _ in range(6)]
                assert {response.status_code for response in through} == {200}
                assert all(response.json() == direct[0] == direct[1] for response in through)
                assert all(predictions_of(server) > 1 for server in (one, two))
                assert ask.get("/v2/train/").json() == {"runs": []}  # of the one that trains

                two.process.send_signal(signal.SIGKILL)
                wait_until(lambda: two.process.poll() is not None)
                after = [ask.post(PREDICT, files=RECORDING) for _ in range(6)]
                assert all(response.status_code == 200 and response.json() == direct[0] for response in after)


def predictions_of(server):
    text = httpx.get(f"{server.address}/metrics").text
    return sum(float(n) for n in re.findall(r'^requests_total{method="POST",.*status="200"} (\S+)', text, re.M))
