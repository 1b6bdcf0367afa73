"""Published weights of pretrained networks, downloaded on first use."""

import hashlib
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from classifier.core import atomic_files, registry
from classifier.core.console import say, warn
from classifier.core.errors import InputError
from classifier.storage import downloads
from Constants import WEIGHTS


@dataclass(frozen=True)
class Weights:
    """A published file.

    url: its address, which ends with its name here.
    sha256: of the file; None where none is published, so that a person must download it.
    megabytes: its size.
    licence: licence and owner.
    beside: names of further files that are needed in the same folder.
    """

    url: str
    sha256: str | None
    megabytes: float
    licence: str
    beside: tuple[str, ...] = ()

    @property
    def path(self) -> Path:
        """Where the file is, or will be, on this machine."""
        return WEIGHTS / self.url.rpartition("/")[2]


PUBLISHED = {  # one for each file of classifier/pretrained
    "yamnet": Weights(
        url="https://storage.googleapis.com/mediapipe-assets/yamnet_audio_classifier_with_metadata.tflite",
        sha256="10c95ea3eb9a7bb4cb8bddf6feb023250381008177ac162ce169694d05c317de",
        megabytes=4.1,
        licence="Apache-2.0, Google",
    ),
    "yamnet_small": Weights(
        url="https://raw.githubusercontent.com/STMicroelectronics/stm32ai-modelzoo/"
        "f501e52ee1f0ba8854b3ee958a7dc7b9e21a791a/audio_event_detection/scripts/utils/models/yamnet/yamnet_256_f32.h5",
        sha256="dfa6066b3f3bece880e9813b05cffb6a8328fe3da832f62401ce553dd380d2b3",
        megabytes=0.6,
        licence="Apache-2.0, STMicroelectronics",
    ),
    "vggish": Weights(
        url="https://storage.googleapis.com/audioset/vggish_model.ckpt",
        sha256=None,
        megabytes=289,
        licence="Apache-2.0, Google",
        beside=("vggish_pca_params.npz",),
    ),
}


def with_labels() -> dict[str, Path]:
    """{network: its file} of those published with labels and metadata, which classify without any training."""
    return {name: weights.path for name, weights in PUBLISHED.items() if weights.path.suffix == ".tflite"}


def fetch(network: str) -> Path:
    """The file of a pretrained network, downloaded where it is missing.

    Raises:
        InputError: it cannot be downloaded; the message says how to get it otherwise.
    """
    weights = PUBLISHED[network]
    if weights.path.exists():
        return weights.path
    if weights.sha256 is None:
        raise InputError(
            f"{network} needs weights that you must download yourself ({weights.licence}), because no checksum is "
            f"published: download {weights.url} and put it into {WEIGHTS}, or name a file you have with --weights"
        )
    say(f"{network}: downloading its weights, {weights.megabytes:g} MB, {weights.licence}")
    WEIGHTS.mkdir(parents=True, exist_ok=True)
    try:
        with atomic_files.alone_in(WEIGHTS):
            return downloads.fetch(weights.url, weights.path, f"sha256:{weights.sha256}")
    except InputError as error:
        raise InputError(f"{error}; or name a file you have with --weights") from None


def ready(names: Iterable[str], leave_out: bool = False) -> list[str]:
    """Those of the named models that can be built; downloads the pretrained networks they need.

    Args:
        leave_out: skip models whose weights cannot be had, with a warning that is repeated at the end.

    Raises:
        InputError: the weights of a model cannot be had, as of `fetch`; with leave_out, those of all models.
    """
    names = list(names)
    networks = {name: registry.stated("models", name, "NETWORK") for name in names}
    for network in dict.fromkeys(filter(None, networks.values())):
        try:
            fetch(network)
        except InputError as error:
            left_out = [name for name in names if networks[name] == network]
            if not leave_out or len(left_out) == len(names):
                raise
            warn(f"{', '.join(left_out)}: left out, because {error}")
            names = [name for name in names if name not in left_out]
    return names


def networks_of(names: Iterable[str]) -> list[str]:
    """The pretrained networks that the named models stand on, sorted."""
    return sorted({registry.stated("models", name, "NETWORK") for name in names} - {None})


def files(names: Iterable[str]) -> list[Path]:
    """The files on this machine that the pretrained networks of the named models start from."""
    published = [PUBLISHED[network] for network in networks_of(names)]
    paths = [path for weights in published for path in (weights.path, *map(weights.path.with_name, weights.beside))]
    return [path for path in paths if path.is_file()]


def take(path: Path | str | None, networks: Sequence[str] | None = None) -> None:
    """Copy a published file that a person has to where `fetch` finds it; warn where it is not the published one.

    Args:
        path: None: there is none.
        networks: one of which it is for; None: any.

    Raises:
        InputError: there is no such file, or none of these networks' weights are published with this file ending.
    """
    if path is None:
        return
    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path}: there is no such file; --weights names the weights of a pretrained network")
    same_ending = [network for network, weights in PUBLISHED.items() if weights.path.suffix == path.suffix]
    if not same_ending:
        known = ", ".join(f"{weights.path.name} ({network})" for network, weights in PUBLISHED.items())
        raise InputError(f"{path} is not one of the published weights: {known}")
    found = [PUBLISHED[network] for network in same_ending if networks is None or network in networks]
    if not found:
        instead = " or ".join(PUBLISHED[network].path.name for network in networks or ())
        needed = f"those of {' and '.join(networks or ())}: name {instead} with --weights"
        raise InputError(
            f"{path} looks like the weights of {' or '.join(same_ending)}, and this run needs "
            f"{needed if networks else 'none: leave it out'}"
        )
    weights = found[0]
    if weights.sha256 and hashlib.sha256(path.read_bytes()).hexdigest() != weights.sha256:
        warn(f"{path} is not the file that {weights.url} had when its checksum was noted; it is used all the same")
    WEIGHTS.mkdir(parents=True, exist_ok=True)
    sources = [path, *(path.with_name(name) for name in weights.beside)]
    targets = [weights.path, *(WEIGHTS / name for name in weights.beside)]
    for source, target in zip(sources, targets, strict=True):
        if source.is_file() and not (target.exists() and target.samefile(source)):
            with atomic_files.new_file(target) as fresh:
                shutil.copyfile(source, fresh)


def damaged(path: Path, error: Exception) -> InputError:
    """The error for a file that does not hold the weights it should."""
    return InputError(
        f"{path} does not hold the weights of this network ({error}); delete it, and it is downloaded again"
    )
