"""The certificate of a server that speaks https: one that a person has, or one that is made on the spot.

home/certificate.pem    names and addresses of this machine; signed by itself, so that browsers warn
home/certificate.key    its key, which only its owner can read
"""

import datetime
import hashlib
import ipaddress
import os
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from classifier.core import atomic_files
from classifier.core.errors import InputError
from classifier.service.settings import is_local

if TYPE_CHECKING:
    from cryptography import x509

CERTIFICATE, KEY = "certificate.pem", "certificate.key"
DAYS = 365  # that it is valid
LEFT_DAYS = 30  # with fewer it is made anew
NEEDS = "cryptography"  # of requirements-https.txt
NOWHERE = "192.0.2.1"  # for examples in documents (RFC 5737): nothing is sent there


@dataclass(frozen=True)
class Https:
    """What a person decided; certificate and key: PEM files of their own, or both None."""

    certificate: Path | None = None
    key: Path | None = None

    def __post_init__(self):
        """
        Raises:
            InputError: one is missing, or they do not belong together; or what makes one is not installed.
        """
        if (self.certificate is None) != (self.key is None):
            raise InputError("--certificate and --key belong together: give both, or --https alone to have one made")
        if self.certificate and self.key:
            _check(self.certificate, self.key)
        else:
            _check_installed()


@dataclass(frozen=True)
class Certificate:
    """Files in PEM form. is_own: it was made here, and no browser knows who signed it."""

    certificate: Path
    key: Path
    is_own: bool

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, as browsers show it."""
        der = ssl.PEM_cert_to_DER_cert(self.certificate.read_text(encoding="ascii"))
        return _pairs(hashlib.sha256(der).hexdigest())


def ready(https: Https, home: Path, host: str) -> Certificate:
    """The certificate that is served: the person's own, or that of the home, made where there is none that will do."""
    if https.certificate and https.key:
        return Certificate(https.certificate, https.key, is_own=False)
    names = names_of(host)
    found = Certificate(home / CERTIFICATE, home / KEY, is_own=True)
    if not _will_do(found, names, datetime.datetime.now(datetime.UTC)):
        _make(found, names, datetime.datetime.now(datetime.UTC))
    return found


def names_of(host: str) -> list[str]:
    """The names and addresses by which this machine may be called, by others too where the host is open to them."""
    machine = socket.gethostname()
    names = ["localhost", "127.0.0.1", "::1"]
    if not is_local(host):
        names += [machine, *([] if "." in machine else [f"{machine}.local"]), *_addresses(machine)]
        names += [] if is_anywhere(host) else [host]
    return list(dict.fromkeys(name.lower() for name in names))


def is_anywhere(host: str) -> bool:
    """Whether a server listens at all addresses of the machine."""
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


def own_address() -> str | None:
    """The address of this machine in its network; None where it is in none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((NOWHERE, 9))  # of datagrams: it only looks which way they would go
            return str(probe.getsockname()[0])
        except OSError:
            return None


def _addresses(machine):
    try:
        found = [str(row[4][0]).partition("%")[0] for row in socket.getaddrinfo(machine, None)]
    except OSError:
        found = []
    return [*filter(None, [own_address()]), *found]


def _pairs(digits):
    return ":".join(digits[i : i + 2] for i in range(0, len(digits), 2)).upper()


def _check(certificate, key):
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(certificate, key, password="")
    except (OSError, ssl.SSLError, ValueError) as error:
        raise InputError(
            f"{certificate} and {key} cannot be used ({error}): give a certificate and its key, both PEM, the key "
            "without a password"
        ) from None


def _check_installed():
    try:
        import cryptography  # noqa: F401
    except ImportError:
        raise InputError(
            f"--https needs {NEEDS}: pip install -r requirements-https.txt; or give --certificate FILE --key FILE"
        ) from None


def _will_do(found: Certificate, names: list[str], now: datetime.datetime) -> bool:
    """Whether a certificate that is there has all these names, and is valid for a while."""
    from cryptography import x509

    try:
        _check(found.certificate, found.key)
        there = x509.load_pem_x509_certificate(found.certificate.read_bytes())
        held = there.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (InputError, OSError, ValueError, x509.ExtensionNotFound):
        return False
    known = {*held.get_values_for_type(x509.DNSName), *map(str, held.get_values_for_type(x509.IPAddress))}
    return set(names) <= known and there.not_valid_after_utc - now > datetime.timedelta(days=LEFT_DAYS)


def _make(to: Certificate, names: list[str], now: datetime.datetime) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Sound classifiers on this machine")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))  # clocks of phones differ
        .not_valid_after(now + datetime.timedelta(days=DAYS))
        .add_extension(x509.SubjectAlternativeName([_general(x509, one) for one in names]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    with atomic_files.new_file(to.key) as fresh:
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(secret)
    with atomic_files.new_file(to.certificate) as fresh:
        fresh.write_bytes(made.public_bytes(pem))


def _general(x509, name) -> "x509.GeneralName":
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
