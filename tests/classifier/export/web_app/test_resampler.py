"""The resampler of the page beside soxr, which training and the service use."""

import numpy as np
import pytest
import soxr
from scipy.signal import chirp

PROGRAM = """
const { Resampler } = await import(`${app}module/resampler.js`);
const { block } = given;
return given.paths.map((path) => {
  const [samples, resampler, parts] = [samplesOf(path), new Resampler(given.from, given.to), []];
  for (let at = 0; at < samples.length; at += block) parts.push(...resampler.add(samples.subarray(at, at + block)));
  return [...parts, ...resampler.finish()];
});
"""


def resampled(node, folder, signals, rate, to=16_000, block=2048):
    """Each signal, as the page resamples it block by block."""
    paths = []
    for number, signal in enumerate(signals):
        paths.append(folder / f"{number}.f32")
        signal.astype("<f4").tofile(paths[-1])
    given = {"paths": [str(path) for path in paths], "from": rate, "to": to, "block": block}
    return [np.array(found) for found in node(PROGRAM, given)]


@pytest.mark.parametrize(
    ("rate", "block"), [(44_100, 2048), (48_000, 1000), (22_050, 4096), (8_000, 333), (16_000, 128)]
)
def test_a_sweep_is_within_a_thousandth_of_soxr(node, tmp_path, rate, block):
    time = np.arange(3 * rate + 17) / rate
    sweep = 0.9 * chirp(time, 50, time[-1], min(7000, 0.4 * rate), method="logarithmic")
    sweep *= np.minimum(1, 50 * np.minimum(time, time[::-1]))  # an edge would hold all frequencies
    (found,) = resampled(node, tmp_path, [sweep], rate, block=block)
    expected = soxr.resample(sweep.astype("float32"), rate, 16_000)
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() < 1e-3


@pytest.mark.parametrize("rate", [44_100, 48_000])
def test_what_lies_above_half_the_rate_is_60_db_lower(node, tmp_path, rate):
    time = np.arange(rate) / rate
    tones = [np.sin(2 * np.pi * hertz * time) * np.hanning(rate) for hertz in (8_050, 9_000, 12_345, 16_000, 20_000)]
    for tone, found in zip(tones, resampled(node, tmp_path, tones, rate), strict=True):
        assert 10 * np.log10(np.mean(found**2) / np.mean(tone**2)) < -60


def test_a_constant_stays_and_nothing_is_lost(node, tmp_path):
    lengths = [44_100, 44_101, 12_345, 1]
    found = resampled(node, tmp_path, [np.full(n, 0.25) for n in lengths], 44_100, block=441)
    assert [len(one) for one in found] == [len(soxr.resample(np.zeros(n), 44_100, 16_000)) for n in lengths]
    assert np.abs(found[0][500:-500] - 0.25).max() < 1e-6
