import numpy as np
import pytest
import soundfile

from classifier.audio import channels, recording
from classifier.audio.channels import BEYOND, CANCELS, OFFSETS, SILENT, UNLIKE, ChannelLevels
from classifier.core.errors import InputError

RATE = 16_000
TIME = np.arange(2 * RATE) / RATE
VOICE = 0.2 * np.sin(2 * np.pi * 440 * TIME)
HUM = 0.4 * np.sin(2 * np.pi * 50 * TIME)
NOTHING = np.zeros(len(TIME))
NOISE = np.random.default_rng(0).normal(0, 0.1, (2, len(TIME)))


def write(path, *tracks, subtype="FLOAT"):
    soundfile.write(path, np.stack(tracks, axis=1), RATE, subtype=subtype)
    return path


def odd(*tracks, channel="mix", block=2000):
    levels, samples = ChannelLevels(), np.stack(tracks, axis=1).astype("float32")
    for start in range(0, len(samples), block):
        levels.add(samples[start : start + block])
    return levels.oddities(channel)


@pytest.mark.parametrize(
    ("channel", "expected"),
    [("mix", (VOICE + HUM) / 2), ("first", VOICE), ("second", HUM), ("loudest", HUM)],
)
def test_a_channel_is_read_whatever_the_rate_and_the_part(tmp_path, channel, expected):
    path = write(tmp_path / "two.wav", VOICE, HUM)
    assert recording.read(path, RATE, channel) == pytest.approx(expected, abs=1e-6)
    assert recording.read_part(path, RATE, 0.5, 1, channel) == pytest.approx(expected[8_000:16_000], abs=1e-6)
    half = recording.read(path, 8_000, channel)
    assert half[1_000:-1_000] == pytest.approx(expected[::2][1_000:-1_000], abs=1e-3)


def test_the_loudest_channel_is_not_the_one_with_the_largest_offset(tmp_path):
    path = write(tmp_path / "two.wav", NOTHING + 0.5, VOICE, HUM)
    assert recording.read(path, RATE, "loudest") == pytest.approx(HUM, abs=1e-6)


@pytest.mark.parametrize("channel", ["mix", "first", "loudest"])
def test_a_recording_with_one_channel_is_read_as_it_is(tmp_path, channel):
    assert recording.read(write(tmp_path / "a.wav", VOICE), RATE, channel) == pytest.approx(VOICE, abs=1e-6)


def test_a_second_channel_that_is_not_there_is_refused(tmp_path):
    path = write(tmp_path / "a.wav", VOICE)
    with pytest.raises(InputError, match="a.wav has one channel, and --channel second was asked for; use --channel lo"):
        recording.read(path, RATE, "second")


@pytest.mark.parametrize(
    ("tracks", "found"),
    [
        ((VOICE, -VOICE), {CANCELS: "60 dB quieter than channel 1"}),
        ((VOICE, -0.9 * VOICE), {CANCELS: "26 dB quieter than channel 1"}),
        ((VOICE, NOTHING), {SILENT: "channel 2 of 2, 6 dB"}),
        ((NOTHING, 1e-4 * HUM, NOTHING, VOICE), {SILENT: "channel 1, 2, 3 of 4, 12 dB"}),
        ((VOICE + 0.1,), {OFFSETS: "+0.10 of full scale"}),
        ((HUM, VOICE - 0.3), {UNLIKE: "channels 1 and 2", OFFSETS: "-0.30 of full scale"}),
        ((7 * VOICE,), {BEYOND: "15998 samples"}),
        ((VOICE, HUM), {UNLIKE: "channels 1 and 2"}),
        ((0.1 * NOISE[0], VOICE, 0.5 * VOICE, 0.1 * HUM), {UNLIKE: "channels 2 and 4"}),
        ((NOISE[0], NOISE[1]), {}),
        ((VOICE, VOICE), {}),
        ((VOICE, 0.04 * HUM), {}),
        ((VOICE + 0.01,), {}),
        ((NOTHING, NOTHING), {}),
        ((NOTHING,), {}),
        ((), {}),
    ],
)
def test_what_is_odd_about_channels(tracks, found):
    if not tracks:
        assert ChannelLevels().oddities() == found
        return
    assert list(odd(*tracks)) == list(found)
    assert odd(*tracks) == found or BEYOND in found


def test_what_only_spoils_a_mix_is_not_said_of_one_channel():
    assert odd(VOICE, -VOICE, channel="first") == odd(VOICE, NOTHING, channel="loudest") == {}
    assert odd(VOICE, HUM, channel="first") == {}


def test_one_sound_heard_from_two_places_is_not_two():
    random = np.random.default_rng(0)
    words = NOISE[0] * np.repeat(random.uniform(0, 1, 20) > 0.5, len(TIME) // 20)

    def heard():
        room = random.normal(size=2000) * np.exp(-np.arange(2000) / 600)
        return np.convolve(words, room / np.abs(room).sum() * 5)[: len(TIME)] + random.normal(0, 0.001, len(TIME))

    assert odd(np.tile(heard(), 4), np.tile(heard(), 4)) == {}


@pytest.mark.parametrize(("factor", "scale"), [(32_768, "int16"), (8_388_608, "int24"), (10, None)])
def test_float_samples_of_another_scale_are_refused_by_the_largest_of_them(tmp_path, factor, scale):
    rising = factor * VOICE * np.linspace(0, 1, len(VOICE))
    path = write(tmp_path / "a.wav", rising)
    said = f"{scale} scale" if scale else "was it made louder"
    with pytest.raises(InputError, match=f"a.wav reaches .*, and samples must lie in .*{said}"):
        recording.read(path, RATE)


def test_samples_a_little_beyond_full_scale_are_read(tmp_path):
    assert np.abs(recording.read(write(tmp_path / "a.wav", 7 * VOICE), RATE)).max() == pytest.approx(1.4, abs=1e-3)


def test_not_a_number_is_still_called_so(tmp_path):
    broken = VOICE.copy()
    broken[5] = np.inf
    with pytest.raises(InputError, match="NaN or infinite"):
        recording.read(write(tmp_path / "a.wav", broken), RATE)


def test_a_number_names_a_channel(tmp_path):
    path = write(tmp_path / "a.wav", VOICE, HUM, NOTHING)
    assert np.concatenate(list(recording.blocks(path, channel=1))) == pytest.approx(HUM, abs=1e-6)
    assert channels.number(2, 3, path) == 2
