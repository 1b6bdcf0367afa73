"""https with a certificate that is made on the spot, and the address for a phone."""

import datetime
import io
import json
import ssl
import stat
import urllib.request

import httpx
import pytest
import segno
from cryptography import x509

from classifier.core.errors import InputError
from classifier.service import certificate, phone
from classifier.service.certificate import Https
from classifier.service.public_url import PublicUrl
from classifier.service.settings import Settings
from tests.classifier.service.conftest import served, served_here, write_tiny_model

LAN = "192.168.7.9"


def test_it_is_kept_while_it_is_valid_and_its_key_is_for_its_owner(tmp_path):
    made = certificate.ready(Https(), tmp_path, LAN)
    assert stat.S_IMODE(made.key.stat().st_mode) == 0o600
    held = x509.load_pem_x509_certificate(made.certificate.read_bytes())
    names = held.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert "localhost" in names.get_values_for_type(x509.DNSName)
    assert LAN in map(str, names.get_values_for_type(x509.IPAddress))
    first = made.fingerprint
    assert first == held.fingerprint(held.signature_hash_algorithm).hex(":").upper()
    assert certificate.ready(Https(), tmp_path, LAN).fingerprint == first
    assert certificate.ready(Https(), tmp_path, "192.168.7.10").fingerprint != first


def test_one_that_ends_soon_or_is_damaged_is_made_anew(tmp_path):
    made, names = certificate.ready(Https(), tmp_path, LAN), certificate.names_of(LAN)
    now = datetime.datetime.now(datetime.UTC)
    assert certificate._will_do(made, names, now + datetime.timedelta(days=330))
    assert not certificate._will_do(made, names, now + datetime.timedelta(days=340))
    made.key.write_text("no key")
    assert not certificate._will_do(made, names, now)
    assert certificate._will_do(certificate.ready(Https(), tmp_path, LAN), names, now)


def test_files_that_do_not_belong_together_are_refused(tmp_path):
    one, other = (certificate.ready(Https(), tmp_path / name, LAN) for name in make_folders(tmp_path, "a", "b"))
    Https(one.certificate, one.key)
    for files, said in (
        ((one.certificate, other.key), "cannot be used"),
        ((one.certificate, None), "belong together"),
        ((tmp_path / "none.pem", one.key), "cannot be used"),
    ):
        with pytest.raises(InputError, match=said):
            Https(*files)


def make_folders(parent, *names):
    for name in names:
        (parent / name).mkdir()
    return names


def test_the_server_speaks_https_and_says_that_browsers_will_warn(tmp_path):
    models = write_tiny_model(tmp_path / "models")
    with served(models, tmp_path / "home", "--https") as server:
        assert server.address.startswith("https://")
        assert "browsers will warn of the certificate, which this server made itself" in server.said
        held = tmp_path / "home" / "certificate.pem"
        assert "fingerprint is " in server.said and held.is_file()
        trusting = ssl.create_default_context(cafile=held)
        with urllib.request.urlopen(f"{server.address}/v2/", context=trusting, timeout=60) as answer:
            assert json.load(answer)["status"] == "OK"
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{server.address}/v2/")


def test_a_phone_is_told_the_address_without_the_token(tmp_path):
    settings = Settings(token="secret")
    told = phone.of(settings, LAN, 8000, "http", own_certificate=False)
    assert told.url == f"http://{LAN}:8000/" and "--https" in told.advice[0]
    told = phone.of(settings, "fe80::1", 8000, "https", own_certificate=True)
    assert told.url == "https://[fe80::1]:8000/" and "The browser will warn" in told.advice[0]
    behind = Settings(public=PublicUrl.parse("https://sounds.example.org/x/"))
    assert phone.of(behind, "127.0.0.1", 8000, "http", own_certificate=False).url == "https://sounds.example.org/x/"
    models = write_tiny_model(tmp_path / "models")
    with served_here(Settings(out=models, home=tmp_path / "home", token="secret")) as (address, app):
        assert httpx.get(f"{address}/v2/phone/").json()["url"] is None
        refused = httpx.get(f"{address}/v2/phone/qr.svg")
        assert refused.status_code == 404 and "--host 0.0.0.0 --https" in refused.json()["message"]
        app.state.service.phone = told
        picture = httpx.get(f"{address}/v2/phone/qr.svg")
        assert picture.headers["content-type"] == "image/svg+xml"
        expected = io.BytesIO()
        segno.make("https://[fe80::1]:8000/", micro=False).save(
            expected, kind="svg", scale=6, light="#fff", dark="#000"
        )
        assert picture.content == expected.getvalue()
