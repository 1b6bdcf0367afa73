"""Make data_short: small synthetic recordings of silence, song and speech, the same bytes each time.

Voices, rooms, lengths and levels are dealt to all classes alike: what is left to tell them apart is what they are
called. Needs tools/requirements.txt in an environment of its own.
"""

import argparse
import os
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

OUT = Path(__file__).resolve().parent.parent / "data_short"
LABELS = ("silence", "song", "speech")
N = 16  # recordings a class: one of each room, one of each voice
SAMPLE_RATE = 16000  # Hz; three classes of N recordings stay under 10 MB
SHORTEST_S, LONGEST_S = 5.0, 6.5
QUIETEST_DBFS, LOUDEST_DBFS = -42.0, -20.0  # rms; louder than that, and the peaks of speech would clip
WORST_SNR_DB, BEST_SNR_DB = 12.0, 35.0
SEED = 20
TOLERANCE_LSB = 2  # processors round differently


class Plan(NamedTuple):
    """All that one recording is made from, so that it can be made alone."""

    label: str
    number: int  # of the voice or the room in its list
    room: str
    seconds: float
    level_dbfs: float
    snr_db: float

    @property
    def name(self):
        """label/group_take.wav: the group is the voice, or the room where there is none; a voice speaks, then sings."""
        from voices import VOICES

        if self.label == "silence":
            return f"silence/{self.room}_01.wav"
        voice = VOICES[self.number]
        take = "01" if self.label == "speech" else "02"
        return f"{self.label}/{voice.language}-{voice.variant.lower()}_{take}.wav"


def plans():
    """Deal rooms, lengths, levels and noise: the same hand to each class, in another order."""
    import numpy as np
    from rooms import ROOMS

    dealt = []
    for label in LABELS:
        rng = np.random.default_rng([SEED, LABELS.index(label)])
        hand = (
            rng.permutation(sorted(ROOMS)).tolist(),
            rng.permutation(np.linspace(SHORTEST_S, LONGEST_S, N)).tolist(),
            rng.permutation(np.linspace(QUIETEST_DBFS, LOUDEST_DBFS, N)).tolist(),
            rng.permutation(np.linspace(WORST_SNR_DB, BEST_SNR_DB, N)).tolist(),
        )
        dealt += [Plan(label, number, *cards) for number, cards in enumerate(zip(*hand, strict=True))]
    return dealt


def recording(plan):
    """(n,) int16 samples at SAMPLE_RATE."""
    import numpy as np
    from rooms import ROOMS, microphone, noise_floor, reverberated, shaken

    rng = np.random.default_rng([SEED, LABELS.index(plan.label), plan.number])
    n = round(plan.seconds * SAMPLE_RATE)
    room = shaken(ROOMS[plan.room], rng)
    floor = reverberated(noise_floor(room, n, rng, SAMPLE_RATE), room, rng, SAMPLE_RATE)
    heard = microphone(floor, room, SAMPLE_RATE)
    if plan.label != "silence":
        voice = microphone(reverberated(dry_voice(plan, n, rng), room, rng, SAMPLE_RATE), room, SAMPLE_RATE)
        heard = heard / np.std(heard) + voice / np.std(voice) * 10 ** (plan.snr_db / 20)
    heard = heard / np.std(heard) * 10 ** (plan.level_dbfs / 20)
    if not np.max(np.abs(heard)) < 1:  # also true of NaN
        raise ValueError(f"{plan.name} clips: its peak is {np.max(np.abs(heard)):.2f}, lower LOUDEST_DBFS")
    return np.rint(heard * 32767).astype("int16")


def dry_voice(plan, n, rng):
    """(n,) samples of the plan's voice, reading or singing, in no room."""
    import numpy as np
    from synthesiser import song, speech, utter
    from voices import TUNES, VOICES, melody, text

    voice = VOICES[plan.number]
    words = text(voice.language, plan.number % 2 + (2 if plan.label == "song" else 0))
    pitch_range = round(rng.uniform(40, 80))
    utterance = utter(words, f"{voice.language}+{voice.variant}", voice.words_per_minute, voice.pitch, pitch_range)
    if plan.label == "song":
        notes = melody(TUNES[plan.number % len(TUNES)], voice.tonic_hz, rng.uniform(0.38, 0.5))
        signal = song(utterance, notes, rng, SAMPLE_RATE)
    else:
        signal = speech(utterance, SAMPLE_RATE)
    before = round(rng.uniform(0.05, 0.3) * SAMPLE_RATE)
    signal = np.pad(signal, (before, 0))[:n]
    if len(signal) < n:
        raise ValueError(f"{plan.name}: {len(signal) / SAMPLE_RATE:.1f} s of voice, {plan.seconds:.1f} s wanted")
    return signal


def write(plan, folder):
    """Make one recording and put it where it belongs, whole or not at all."""
    import soundfile

    path = folder / plan.name
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    soundfile.write(unfinished, recording(plan), SAMPLE_RATE, format="WAV", subtype="PCM_16")
    os.replace(unfinished, path)
    return path


def write_all(folder):
    """Every recording in a process of its own: see synthesiser.py."""
    from tqdm import tqdm

    todo = plans()
    with ProcessPoolExecutor(max_tasks_per_child=1, mp_context=get_context("spawn")) as pool:
        jobs = [pool.submit(write, plan, folder) for plan in todo]
        return [job.result() for job in tqdm(jobs, desc="recordings", unit="")]


def differences(folder):
    """Make everything again elsewhere -> a line for each recording of `folder` that is not what it should be."""
    import numpy as np
    import soundfile

    with tempfile.TemporaryDirectory() as fresh:
        made = {path.relative_to(fresh): soundfile.read(path, dtype="int16") for path in write_all(Path(fresh))}
    there = {path.relative_to(folder) for path in folder.glob("*/*.wav")}
    lines = [f"{path}: missing" for path in sorted(set(made) - there)]
    lines += [f"{path}: not made by this tool" for path in sorted(there - set(made))]
    for path in sorted(there & set(made)):
        samples, rate = soundfile.read(folder / path, dtype="int16")
        if rate != SAMPLE_RATE or samples.shape != made[path][0].shape:
            lines.append(f"{path}: {samples.shape} samples at {rate} Hz, should be {made[path][0].shape}")
        elif (off := np.max(np.abs(samples.astype(int) - made[path][0]))) > TOLERANCE_LSB:
            lines.append(f"{path}: up to {off} steps of 16 bits off, {TOLERANCE_LSB} allowed")
    return lines


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=OUT, metavar="FOLDER", help="default: %(default)s")
    parser.add_argument("--check", action="store_true", help="write nothing; make all again and compare with FOLDER")
    args = parser.parse_args(argv)

    if args.check:
        lines = differences(args.out)
        print("\n".join([*lines, f"{args.out}: {len(lines)} of {N * len(LABELS)} recordings differ"]))
        return 1 if lines else 0
    paths = write_all(args.out)
    megabytes = sum(path.stat().st_size for path in paths) / 1e6
    print(f"{args.out}: {len(paths)} recordings of {', '.join(LABELS)}, {megabytes:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
