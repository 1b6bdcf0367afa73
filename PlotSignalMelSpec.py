"""Step 6: plot waveform, spectrogram and mel spectrogram of a recording, or of the sample signal."""

import argparse
from pathlib import Path

from classifier import console
from Constants import make_contract
from SampleSignal import sample_signal

# Parameters: change them here, or give them on the command line.
PNG = None  # where the picture goes; None: named like the recording, in the current folder


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recording", nargs="?", type=Path, help="default: the two seconds of SampleSignal.py")
    parser.add_argument("--png", default=PNG, type=Path, help="default: named like the recording, in this folder")
    args = parser.parse_args(argv)

    from classifier import plots, recording, spectrograms

    contract = make_contract()
    name = args.recording.name if args.recording else "sample_signal"
    signal = recording.read(args.recording, contract.sample_rate) if args.recording else sample_signal()
    power = spectrograms.power_spectrogram(signal, contract)
    mel_power = spectrograms.mel_spectrograms([signal], contract)[0]
    png = args.png or Path(f"{Path(name).stem}.png")
    plots.recording(signal, power, mel_power, contract, name, png, show=True)
    print(f"wrote {png}; next: python TestSignalModel.py RECORDING says what the models make of it")


if __name__ == "__main__":
    console.run(main)
