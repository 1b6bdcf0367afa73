"""Draw what a PlotConfig asks for: a recording, a gallery, the layers of models, or the attention of one."""

from dataclasses import dataclass
from pathlib import Path

from classifier.audio.channels import MIX
from classifier.core import commands, console, places
from classifier.core.errors import InputError
from classifier.plotting.config import PlotConfig
from classifier.records import artifact
from classifier.records.audio_format import make_audio_format
from classifier.records.run_record import FILE as RUN
from Constants import DATA_SHORT, TRAINED
from SampleSignal import sample_signal

LONGEST = 600  # seconds of a recording in a gallery


@dataclass(frozen=True)
class Drawn:
    """What was written, in words, and a command that goes on from there."""

    written: str
    next_command: str


def draw(config: PlotConfig) -> Drawn:
    """Draw.

    Raises:
        InputError: a recording cannot be read or is too short, or a folder holds no model with attention.
    """
    places.check_writable(config.folder, f"name another place with {'--png' if config.png else '--out'}")
    if config.attention:
        return _attention(config)
    if config.layers:
        return _layers(config)
    if config.features or config.is_data:
        return _gallery(config)
    return _recording(config)


def _recording(config):
    from classifier.audio import recording, spectrograms
    from classifier.plotting import recording_pictures

    path, audio_format = config.recording, make_audio_format()
    name = path.name if path else "sample_signal"
    signal = recording.read(path, audio_format.sample_rate, config.channel or MIX) if path else sample_signal()
    power = spectrograms.power_spectrogram(signal, audio_format)
    mel_power = spectrograms.mel_spectrograms([signal], audio_format)[0]
    png = config.picture(f"{Path(name).stem}.png")
    recording_pictures.draw(signal, power, mel_power, audio_format, name, png, show=True)
    return Drawn(str(png), _classify(path, config.channel))


def _attention(config):
    from classifier.audio import recording
    from classifier.inference import attention as of_model

    trained = of_model.load(config.attention)
    path = config.recording or artifact.example(config.attention)
    recording.properties(path)  # whatever is wrong with it is said before TensorFlow is loaded
    from classifier.plotting import attention

    png = config.picture(f"{path.stem}_attention.png")
    attention.draw_recording(trained, path, png, show=True, channel=config.channel)
    next_command = commands.script("TestSignalModel.py", path, model=config.attention, channel=config.channel)
    return Drawn(str(png), next_command)


def _gallery(config):
    from classifier.data import clips
    from classifier.plotting import contact_sheet, data_gallery, gallery

    features, start, channel = config.feature_names(), config.start, config.channel or MIX
    path = config.recording.resolve() if config.is_data else config.recording  # "." has no name
    audio_format, name = make_audio_format(), path.stem if path else "sample_signal"
    folder, sheet = config.folder / name, config.folder / f"{name}.png"
    if config.is_data:
        made = data_gallery.draw(name, clips.read_clips(path), features, audio_format, start, folder, channel)
        next_command = commands.script("TrainModel.py", data=config.recording, channel=config.channel)
    else:
        first = round(start * audio_format.sample_rate)
        signal = gallery.read(path, audio_format, start, LONGEST, channel=channel) if path else sample_signal()[first:]
        if not len(signal):
            length = f"the sample signal lasts {audio_format.seconds:g} s"
            raise InputError(f"{length}, --start {start:g} is after its end")
        made = gallery.of_recording(name, signal, features, audio_format, start, config.overlap, folder)
        next_command = _classify(path, config.channel)
    contact_sheet.write(made, sheet)
    return Drawn(f"{sheet}, and its {len(made)} pictures into {folder}", next_command)


def _layers(config):
    from classifier.data.labels import read_labels
    from classifier.plotting import layers
    from classifier.pretrained import weights
    from classifier.records.config import audio_format_of

    models = weights.ready(config.model_names(), leave_out=True)
    paths = [config.folder / f"layers_{name}.png" for name in models]
    for name, path in console.progress(list(zip(models, paths, strict=True)), "models"):
        layers.draw(name, audio_format_of(name), len(read_labels()), path)
    return Drawn(", ".join(map(str, paths)), commands.script("TrainModel.py", model=models[0]))


def _classify(recording, channel):
    """The command that classifies a recording, and what lies beside it, or that trains a model which can."""
    if any((folder / RUN).is_file() for folder in artifact.folders(TRAINED)):
        return commands.script("ClassifyRecordings.py", recording.parent if recording else DATA_SHORT, channel=channel)
    return commands.script("TrainModel.py")
