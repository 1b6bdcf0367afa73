from dataclasses import replace

import numpy as np
import pytest
import soundfile

from classifier.audio.recording import read
from classifier.audio.windows import cut_audio_pad_last, filled
from classifier.core.errors import InputError
from classifier.data import audio_cache, surroundings
from classifier.data.clips import of_background_noise, read_clips
from classifier.data.layouts import Clip
from classifier.records.audio_format import AudioFormat
from classifier.records.recipe import Recipe
from classifier.training.datasets import Share, TrainingWindows, Windows
from classifier.training.offline_augmentation import make
from tests.conftest import write_tone

LABELS = ["b", "a"]
PLAIN = Recipe(epochs=1, batch_size=4, optimizer="adam", learning_rate=1e-3, loss="categorical_crossentropy")


@pytest.fixture
def held(tmp_path):
    """Three recordings of a (5 s) and one of b (1 s): nine windows and one."""
    for i in range(3):
        write_tone(tmp_path / "a" / f"{i}.wav", hertz=200 + 100 * i, seconds=5)
    write_tone(tmp_path / "b" / "0.wav", hertz=900, seconds=1)
    return audio_cache.read(read_clips(tmp_path), tmp_path, 16_000, keep=False)


def all_batches(windows):
    return [np.concatenate(parts) for parts in zip(*(windows[i] for i in range(len(windows))), strict=True)]


def test_windows_are_those_of_the_audio_format(held):
    windows = Windows(held, np.arange(4), LABELS, AudioFormat(), batch_size=4)
    audio, targets, weights = all_batches(windows)
    expected = np.concatenate([cut_audio_pad_last(read(clip.path, 16_000)) for clip in held.clips])
    assert audio == pytest.approx(expected, abs=1e-4)
    assert targets.argmax(axis=1).tolist() == windows.targets.tolist() == [1] * 9 + [0]
    assert windows.recordings.tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3]
    assert weights[targets[:, 0] == 1].sum() == pytest.approx(weights[targets[:, 1] == 1].sum())


@pytest.mark.parametrize(
    ("hop", "starts"), [(12_000, [0, 12_000, 24_000, 36_000, 48_000]), (32_000, [0, 32_000, 48_000])]
)
def test_windows_may_overlap_and_the_last_ends_with_its_recording(held, hop, starts):
    windows = Windows(held, np.arange(4), LABELS, AudioFormat(), batch_size=4, hop=hop)
    *signals, short = [read(clip.path, 16_000) for clip in held.clips]
    expected = [signal[start : start + 32_000] for signal in signals for start in starts]
    assert windows.starts.tolist() == 3 * starts + [0]
    assert all_batches(windows)[0] == pytest.approx(np.array([*expected, filled(short, 32_000)]), abs=1e-4)


def test_training_sees_every_window_once_an_epoch_in_another_order(held):
    training = TrainingWindows(held, np.arange(4), LABELS, AudioFormat(), recipe=PLAIN, seed=0)
    plain = {row.tobytes() for row in all_batches(Windows(held, np.arange(4), LABELS, AudioFormat(), 4))[0]}
    first = all_batches(training)[0]
    training.on_epoch_end()
    second = all_batches(training)[0]
    assert {row.tobytes() for row in first} == {row.tobytes() for row in second} == plain
    assert not np.array_equal(first, second)


def test_labels_weigh_the_same_only_when_the_recipe_says_so(held):
    settings = (held, np.arange(4), LABELS, AudioFormat())
    assert set(TrainingWindows(*settings, recipe=PLAIN, seed=0).weights) == {1}
    balanced = TrainingWindows(*settings, recipe=replace(PLAIN, balanced=True), seed=0)
    assert balanced.weights.tolist() == pytest.approx([10 / 18] * 9 + [5])


def test_same_seed_same_batches(held):
    recipe = replace(PLAIN, shift=0.5, gain_db=10, equaliser_db=6, noise_snr_db=(5, 40))
    one, two, other = (
        all_batches(TrainingWindows(held, np.arange(4), LABELS, AudioFormat(), recipe=recipe, seed=seed))[0]
        for seed in (3, 3, 4)
    )
    assert np.array_equal(one, two)
    assert not np.array_equal(one, other)


def test_at_another_speed_a_window_is_of_the_same_recording(held):
    training = TrainingWindows(held, np.arange(4), LABELS, AudioFormat(), recipe=replace(PLAIN, speed=0.1), seed=0)
    plain = all_batches(TrainingWindows(held, np.arange(4), LABELS, AudioFormat(), recipe=PLAIN, seed=0))
    audio, targets, _ = all_batches(training)
    assert np.array_equal(targets, plain[1])

    def loudest(rows):
        return np.abs(np.fft.rfft(rows)).argmax(axis=1) / 2  # Hz

    ratios = loudest(audio) / loudest(plain[0])
    assert np.all((ratios > 0.88) & (ratios < 1.12))
    assert 2 < np.sum(np.abs(ratios - 1) > 0.01) < 9


def test_a_window_is_of_the_recording_or_of_a_copy_at_the_same_place(held):
    def half(i):
        return held.starts[i] + (held.ends - held.starts)[i] // 2

    shorter = replace(held, ends=np.array([half(i) for i in range(4)]))  # the first half, as if played twice as fast
    settings = (held, np.arange(4), LABELS, AudioFormat())
    plain = all_batches(TrainingWindows(*settings, recipe=PLAIN, seed=0))
    audio, targets, _ = all_batches(TrainingWindows(*settings, recipe=PLAIN, seed=0, copies=[shorter]))
    assert np.array_equal(targets, plain[1])
    same = [np.array_equal(*rows) for rows in zip(audio, plain[0], strict=True)]
    assert 0 < sum(same) < len(same)
    assert all(np.count_nonzero(row) > 0.9 * len(row) for row in audio)  # also of the end of a shorter copy


def test_what_is_behind_a_window_can_be_of_a_folder(held, tmp_path_factory):
    folder = tmp_path_factory.mktemp("rain")
    write_tone(folder / "deep" / "0.wav", hertz=3000, seconds=3)
    rain = audio_cache.read(of_background_noise(folder), folder, 16_000, keep=False)
    behind = Windows(rain, np.arange(1), ["background"], AudioFormat(), batch_size=4)
    recipe = replace(PLAIN, background_snr_db=(10, 10))
    training = TrainingWindows(held, np.arange(4), LABELS, AudioFormat(), recipe=recipe, seed=0, background=behind)
    audio = all_batches(training)[0]
    rained_on = np.abs(np.fft.rfft(audio))[:, 6000] > 10
    assert 0 < rained_on.sum() < len(audio)


def test_what_is_behind_a_window_is_of_a_silent_label(tmp_path):
    write_tone(tmp_path / "silence" / "0.wav", hertz=3000, seconds=2)
    write_tone(tmp_path / "a" / "0.wav", hertz=300, seconds=20)
    held = audio_cache.read(read_clips(tmp_path), tmp_path, 16_000, keep=False)
    recipe = replace(PLAIN, background_snr_db=(10, 10))
    audio, targets, _ = all_batches(
        TrainingWindows(held, np.arange(2), ["a", "silence"], AudioFormat(), recipe=recipe, seed=0)
    )
    of_a = np.abs(np.fft.rfft(audio[targets[:, 0] == 1]))
    ratios = of_a[:, 6000] / of_a[:, 600]
    assert np.all((ratios < 0.05) | (np.abs(ratios - 10**-0.5) < 0.05))
    assert 0 < np.sum(ratios > 0.05) < len(ratios)


def test_negatives_are_mixed_in_behind_labels_alone(tmp_path):
    for label, hertz in (("a", 300), ("other", 3000), ("silence", 50)):
        write_tone(tmp_path / label / "0.wav", hertz=hertz, seconds=20)
    held = audio_cache.read(read_clips(tmp_path), tmp_path, 16_000, keep=False)
    labels = ["a", "silence", "other"]
    learned = [i for i, clip in enumerate(held.clips) if clip.label == "other"]
    rain = Windows(held, np.array(learned), ["other"], AudioFormat(), batch_size=4)
    recipe = replace(PLAIN, negatives_snr_db=(10, 10))
    settings = {"recipe": recipe, "seed": 0, "negatives": rain}
    audio, targets, _ = all_batches(TrainingWindows(held, np.arange(3), labels, AudioFormat(), **settings))
    spectra = np.abs(np.fft.rfft(audio))
    rained_on = spectra[:, 6000] > 100
    assert 0 < rained_on[targets[:, 0] == 1].sum() < 10
    assert not rained_on[targets[:, 1] == 1].any()
    assert rained_on[targets[:, 2] == 1].all() and not np.any(spectra[targets[:, 2] == 1][:, 600] > 100)


def test_mixup_mixes_within_a_batch(held):
    recipe = replace(PLAIN, mixup=0.5, batch_size=10)
    training = TrainingWindows(held, np.arange(4), LABELS, AudioFormat(), recipe=recipe, seed=0)
    truths = []
    for epoch in range(5):
        training.begin(epoch)
        truths.append(all_batches(training)[1])
    assert np.sum(truths, axis=2) == pytest.approx(1)
    assert np.any((np.array(truths) > 0) & (np.array(truths) < 1))


def test_shifted_windows_stay_in_their_recording(held):
    training = TrainingWindows(held, np.arange(4), LABELS, AudioFormat(), recipe=replace(PLAIN, shift=1.0), seed=0)
    for epoch in range(20):
        training.begin(epoch)
        audio, targets, _ = all_batches(training)
        for row, label in zip(audio, targets.argmax(axis=1), strict=True):
            spectrum = np.abs(np.fft.rfft(row))
            loudest = spectrum.argmax() / 2  # Hz: bins of half a hertz
            assert (loudest > 600) == (LABELS[label] == "b")
            assert np.count_nonzero(row) >= 0.9 * len(row)
        assert training.starts.tolist() == [0, 32_000, 48_000] * 3 + [0]


@pytest.mark.parametrize(("processes", "devices", "left"), [(2, 2, 0), (2, 4, 2), (3, 3, 1), (1, 4, 2)])
def test_shares_put_together_are_the_batches_in_their_order(held, processes, devices, left):
    recipe = replace(PLAIN, batch_size=12 if devices == 3 else 4, noise_snr_db=(10, 20), mixup=0.2)
    windows = TrainingWindows(held, np.arange(4), LABELS, AudioFormat(), recipe=recipe, seed=0)
    shares = [Share(windows, k, processes, devices) for k in range(processes)]
    together = [
        [np.concatenate(parts) for parts in zip(*(share[i] for share in shares), strict=True)]
        for i in range(len(shares[0]))
    ]
    for shared, whole in zip(map(np.concatenate, zip(*together, strict=True)), all_batches(windows), strict=True):
        assert np.array_equal(shared, whole[: 10 - left])


@pytest.mark.parametrize(("processes", "devices"), [(2, 2), (3, 3), (2, 8)])
def test_shares_of_windows_to_validate_hold_every_window_and_weigh_as_before(held, processes, devices):
    windows = Windows(held, np.arange(4), LABELS, AudioFormat(), batch_size=devices)
    shares = [Share(windows, k, processes, devices) for k in range(processes)]
    batches = [share[i] for i in range(len(shares[0])) for share in shares]
    assert len({len(audio) for audio, _, _ in batches}) == 1
    audio, targets, weights = map(np.concatenate, zip(*batches, strict=True))
    whole_audio, whole_truth, whole_weights = all_batches(windows)
    assert np.array_equal(audio[weights > 0], whole_audio)
    assert np.array_equal(targets[weights > 0], whole_truth)
    assert weights.mean() == pytest.approx(whole_weights.mean())


def test_fewer_windows_than_devices_are_refused(held):
    windows = TrainingWindows(held, np.arange(4), LABELS, AudioFormat(), recipe=replace(PLAIN, batch_size=16), seed=0)
    with pytest.raises(InputError, match="10 windows to learn from are too few for 16 devices"):
        Share(windows, 0, 1, 16)


@pytest.mark.parametrize("is_altered", [False, True])
def test_a_marked_click_stays_whole_in_its_window_wherever_that_is_shifted(tmp_path, is_altered):
    noise = np.random.default_rng(0).normal(0, 0.01, 160_000)
    noise[80_000:81_600] = 0.5
    soundfile.write(tmp_path / "a.wav", noise, 16_000)
    clips = [Clip(tmp_path / "a.wav", "a", "a", start=5, end=5.1), Clip(tmp_path / "a.wav", "b", "a", start=7, end=10)]
    held = audio_cache.read(clips, tmp_path, 16_000, keep=False)
    recipe = replace(PLAIN, shift=0.5, pitch=1, stretch=0.1) if is_altered else replace(PLAIN, shift=0.5)
    copies = make(surroundings.widened(held, 32_000)[0], np.arange(2), 1, 0.1, 16_000, 0) if is_altered else ()
    training = TrainingWindows(held, np.arange(2), LABELS, AudioFormat(), recipe=recipe, seed=0, copies=copies)
    places = []
    for epoch in range(8):
        training.begin(epoch)
        audio, targets, _ = all_batches(training)
        (click,) = audio[targets.argmax(axis=1) == 1]
        assert np.count_nonzero(click) > 31_900
        loud = np.flatnonzero(np.abs(click) > 0.2)
        assert 0.9 * 1_600 <= len(loud) <= 1.2 * 1_600
        places.append(loud[0])
    assert len(set(places)) > 3
    (test,) = {row.tobytes() for row in all_batches(Windows(held, np.arange(1), LABELS, AudioFormat(), 4))[0]}
    assert np.flatnonzero(np.abs(np.frombuffer(test, "float32")) > 0.2)[0] == 15_200
    assert training.predictions(np.zeros((3, 2)))["starts"].tolist() == pytest.approx([-0.95, 0, 1])


def test_a_marked_click_stays_in_its_window_also_where_its_recording_is_shorter_than_one(tmp_path):
    noise = np.random.default_rng(0).normal(0, 0.01, 24_000)
    noise[320:1_600] = 0.5
    soundfile.write(tmp_path / "a.wav", noise, 16_000)
    clips = [Clip(tmp_path / "a.wav", "b", "a", start=0.02, end=0.1)]
    held = audio_cache.read(clips, tmp_path, 16_000, keep=False)
    training = TrainingWindows(
        held, np.arange(1), LABELS, AudioFormat(), recipe=replace(PLAIN, shift=0.5), seed=0, hop=None
    )
    for epoch in range(30):
        training.begin(epoch)
        (click,) = all_batches(training)[0]
        assert np.count_nonzero(np.abs(click) > 0.2) == 1_280


def test_a_recording_that_is_played_faster_and_is_too_short_then_is_filled_and_not_padded(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.random.default_rng(0).normal(0, 0.1, 32_000), 16_000)
    held = audio_cache.read([Clip(tmp_path / "a.wav", "a", "a")], tmp_path, 16_000, keep=False)
    recipe = replace(PLAIN, speed=0.35)
    training = TrainingWindows(held, np.arange(1), LABELS, AudioFormat(), recipe=recipe, seed=0)
    for epoch in range(20):
        training.begin(epoch)
        assert np.count_nonzero(all_batches(training)[0]) > 31_900
