import gzip
import io
import itertools
import multiprocessing
import os
import signal
import stat
import subprocess
import sys
import tarfile
import threading
import time
import zipfile

import numpy as np
import pytest
import soundfile

from classifier.audio import recording
from classifier.core.errors import InputError
from classifier.service.settings import Busy, Refused, Settings, TooLarge
from classifier.service.workers import UploadWorkers, clean, staged
from tests.conftest import ROOT, write_tone

TOP = 2**20  # bytes of the largest thing that hostile archives of these tests may become


@pytest.fixture(scope="module")
def workers(tmp_path_factory):
    """Ordinary limits, but for archives, which would take long to make."""
    settings = Settings(home=tmp_path_factory.mktemp("home"), always_unpacked_bytes=TOP, archive_files=20)
    workers = UploadWorkers(settings)
    yield workers
    workers.close()


@pytest.fixture
def impatient():
    """Five seconds for a recording, which may be as long as it likes: much for a tone, little for hours."""
    workers = UploadWorkers(Settings(decoding_seconds=5, longest_seconds=10**9))
    yield workers
    workers.close()


@pytest.fixture
def patient():
    workers = UploadWorkers(Settings(decoding_seconds=300, longest_seconds=10**9))
    yield workers
    workers.close()


def write_hours(path, hours=100):
    """A wav whose header claims hours, in a file that takes no room on the disk."""
    size = hours * 3600 * 8000
    head = io.BytesIO()
    soundfile.write(head, np.zeros(0), 8000, format="WAV", subtype="PCM_U8")
    head = head.getvalue()
    head = head[: head.index(b"data")] + b"data" + size.to_bytes(4, "little")
    head = head[:4] + (len(head) - 8 + size).to_bytes(4, "little") + head[8:]
    with path.open("wb") as file:
        file.write(head)
        file.truncate(len(head) + size)
    return path


def refused(call, path, why, error=InputError):
    """It is refused for this reason; the client's name is in the message, and the server's path is not."""
    with pytest.raises(error, match=why) as caught:
        call()
    message = str(caught.value)
    assert "title" in message and str(path) not in message and str(path.parent) not in message
    return message


def worker_that_reads(path):
    """The id of the process that has this file open; waits until there is one."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for worker in multiprocessing.active_children():
            try:
                opened = [os.readlink(file) for file in os.scandir(f"/proc/{worker.pid}/fd")]
            except OSError:
                continue
            if str(path) in opened:
                return worker.pid
    raise AssertionError(f"nobody reads {path}")


def is_gone(pid):
    """Whether a process ends within a minute."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
            with open(f"/proc/{pid}/stat") as file:
                if file.read().rpartition(")")[2].split()[0] == "Z":
                    return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.02)
    return False


linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".mp3", ".ogg", ".aiff"])
def test_a_recording_is_read_as_by_the_rest_of_the_project(workers, tmp_path, suffix):
    path = write_tone(tmp_path / f"tone{suffix}", rate=44_100, channels=2)
    samples = workers.read(path, 16_000, "title")
    assert samples.dtype == np.float32
    np.testing.assert_array_equal(samples, recording.read(path, 16_000))


def test_what_only_pyav_knows_is_read_within_the_limits_too(workers, tmp_path):
    import av

    path = tmp_path / "tone.m4a"
    with av.open(str(path), "w") as file:
        stream = file.add_stream("aac", rate=16_000, layout="mono")
        time = np.arange(32_000) / 16_000
        tone = (0.3 * np.sin(2 * np.pi * 440 * time)).astype("float32")[None]
        for start in range(0, 32_000, 1024):
            frame = av.AudioFrame.from_ndarray(tone[:, start : start + 1024], format="fltp", layout="mono")
            frame.sample_rate, frame.pts = 16_000, start
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    np.testing.assert_array_equal(workers.read(path, 16_000, "title"), recording.read(path, 16_000))


def test_a_wav_for_browsers_is_16_bit_at_the_audio_formats_rate(workers, tmp_path):
    path = write_tone(tmp_path / "tone.flac", seconds=2, rate=44_100, channels=2)
    with soundfile.SoundFile(io.BytesIO(workers.as_wav(path, "title"))) as wav:
        assert (wav.format, wav.subtype, wav.samplerate, wav.channels) == ("WAV", "PCM_16", 16_000, 1)
        np.testing.assert_allclose(wav.read(), recording.read(path, 16_000), atol=1e-4)


@pytest.mark.parametrize("content", [b"", b"a text", b"RIFF\xff\xff\xff\xffWAVEfmt ", bytes(range(256)) * 100])
@pytest.mark.parametrize("name", ["x.wav", "x.mp3", "x.m4a", "x.raw", "upload"])
def test_what_is_no_recording_is_refused_by_the_clients_name(workers, tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    refused(lambda: workers.read(tmp_path / name, 16_000, "title"), tmp_path / name, "cannot be read")


def test_a_truncated_recording_is_refused(workers, tmp_path):
    path = write_tone(tmp_path / "tone.wav")
    path.write_bytes(path.read_bytes()[:-10_000])
    refused(lambda: workers.read(path, 16_000, "title"), path, "is cut short")


def test_what_is_no_file_is_refused_and_nobody_waits_for_it(workers, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, tmp_path / "missing"):
        refused(lambda path=path: workers.read(path, 16_000, "title"), path, "is not a file|no such recording")


def test_the_longest_recording_is_read_and_a_longer_one_is_not(tmp_path):
    workers = UploadWorkers(Settings(longest_seconds=2))
    try:
        whole = write_tone(tmp_path / "whole.wav", seconds=2, rate=8000)
        assert len(workers.read(whole, 16_000, "title")) == 32_000
        longer = write_tone(tmp_path / "longer.wav", seconds=2.01, rate=8000)
        message = refused(lambda: workers.read(longer, 16_000, "title"), longer, "longer than 2 s", TooLarge)
        assert message == "title is longer than 2 s: cut it, or run ClassifyRecordings.py on this machine"
    finally:
        workers.close()


def test_a_recording_that_claims_hours_is_read_no_further_than_the_limit(workers, tmp_path):
    path = write_hours(tmp_path / "hours.wav")
    refused(lambda: workers.read(path, 16_000, "title"), path, "longer than 600 s", TooLarge)


@linux
def test_a_decoder_that_takes_too_long_is_killed_and_the_next_request_is_answered(impatient, tmp_path):
    good, slow = write_tone(tmp_path / "good.wav"), write_hours(tmp_path / "slow.wav")
    impatient.read(good, 16_000, "title")
    found = []
    watch = threading.Thread(target=lambda: found.append(worker_that_reads(slow)))
    watch.start()
    refused(lambda: impatient.read(slow, 16_000, "title"), slow, "took longer than 5 s", Refused)
    watch.join()
    assert is_gone(found[0])
    assert len(impatient.read(good, 16_000, "title")) == 48_000


@linux
def test_a_decoder_that_takes_too_long_is_killed_though_the_clock_is_set_back(impatient, tmp_path, monkeypatch):
    slow, earlier = write_hours(tmp_path / "slow.wav"), itertools.count(time.time(), -60)
    monkeypatch.setattr(time, "time", lambda: next(earlier))
    refused(lambda: impatient.read(slow, 16_000, "title"), slow, "took longer than 5 s", Refused)


@linux
def test_a_process_that_is_killed_in_the_middle_is_the_end_of_one_request_only(patient, tmp_path):
    good, slow = write_tone(tmp_path / "good.wav"), write_hours(tmp_path / "slow.wav")
    killing = threading.Thread(target=lambda: os.kill(worker_that_reads(slow), signal.SIGKILL))
    killing.start()
    refused(lambda: patient.read(slow, 16_000, "title"), slow, "broke the process", Refused)
    killing.join()
    assert len(patient.read(good, 16_000, "title")) == 48_000


def test_processes_killed_while_they_have_nothing_to_do_are_replaced(patient, tmp_path):
    good = write_tone(tmp_path / "good.wav")
    others = set(multiprocessing.active_children())
    for _ in range(3):
        assert len(patient.read(good, 16_000, "title")) == 48_000
        for worker in set(multiprocessing.active_children()) - others:
            worker.kill()
            worker.join()
    assert len(patient.read(good, 16_000, "title")) == 48_000


@linux
def test_memory_is_limited_in_the_process_and_not_here(workers, tmp_path):
    confined = UploadWorkers(Settings(decoding_bytes=2**29, longest_seconds=10**9))
    path = write_hours(tmp_path / "hours.wav")
    try:
        refused(lambda: confined.read(path, 16_000, "title"), path, "cannot be read|broke the process")
    finally:
        confined.close()
    assert len(workers.read(write_tone(tmp_path / "good.wav"), 16_000, "title")) == 48_000


@linux
def test_a_process_that_decodes_can_write_no_file_and_leaves_no_core(patient, tmp_path):
    slow = write_hours(tmp_path / "slow.wav")
    limits = []

    def look():
        pid = worker_that_reads(slow)
        with open(f"/proc/{pid}/limits") as file:
            limits.extend(" ".join(line.split()) for line in file)
        os.kill(pid, signal.SIGKILL)

    looking = threading.Thread(target=look)
    looking.start()
    with pytest.raises(Refused):
        patient.read(slow, 16_000, "title")
    looking.join()
    assert "Max file size 0 0 bytes" in limits
    assert "Max core file size 0 0 bytes" in limits
    assert f"Max address space {2**31} {2**31} bytes" in limits


@linux
def test_who_waits_is_told_when_the_server_stops(tmp_path):
    workers = UploadWorkers(Settings(decoding_seconds=300, longest_seconds=10**9))
    slow = write_hours(tmp_path / "slow.wav")
    readers = []

    def stop():
        readers.append(worker_that_reads(slow))
        workers.close()

    stopping = threading.Thread(target=stop)
    stopping.start()
    with pytest.raises(Busy, match="being stopped"):
        workers.read(slow, 16_000, "title")
    stopping.join()
    assert is_gone(readers[0])
    with pytest.raises(Busy):
        workers.read(slow, 16_000, "title")


@linux
def test_no_process_outlives_a_server_that_is_killed(tmp_path):
    write_tone(tmp_path / "good.wav")
    (tmp_path / "server.py").write_text(
        "import multiprocessing, sys, time\n"
        f"sys.path.insert(0, {str(ROOT)!r})\n"
        "from classifier.service.workers import UploadWorkers\n"
        "from classifier.service.settings import Settings\n"
        "if __name__ == '__main__':\n"
        "    UploadWorkers(Settings()).read('good.wav', 16_000, 'title')\n"
        "    print(*[worker.pid for worker in multiprocessing.active_children()], flush=True)\n"
        "    time.sleep(600)\n"
    )
    server = subprocess.Popen([sys.executable, "server.py"], cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    pids = server.stdout.readline().split()
    server.kill()
    server.wait()
    server.stdout.close()
    assert pids and all(is_gone(int(pid)) for pid in pids)


# What an upload holds.


def tone_bytes(path):
    return write_tone(path, seconds=0.5).read_bytes()


@pytest.fixture
def tone(tmp_path):
    return tone_bytes(tmp_path / "made" / "tone.wav")


def write_zip(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def write_tar(path, members, kind="w"):
    with tarfile.open(path, kind) as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def refused_archive(workers, path, why, error=InputError):
    """The archive is refused, and nothing of it is left."""
    folder = path.parent / "unpacked"
    refused(lambda: workers.recordings_in(path, "title", folder), path, why, error)
    left = [left for left in path.parent.rglob("*") if left.is_file() and left.parent.name != "made"]
    assert left == [path]


def test_a_recording_holds_itself_whatever_it_is_called(workers, tmp_path, tone):
    path = tmp_path / "upload.zip"
    path.write_bytes(tone)
    assert workers.recordings_in(path, "title.zip", tmp_path / "unpacked") == [("title.zip", path)]
    assert not (tmp_path / "unpacked").exists()


@pytest.mark.parametrize("kind", ["zip", "w", "w:gz", "w:bz2", "w:xz"])
def test_an_archive_holds_its_recordings_whatever_it_is_called(workers, tmp_path, tone, kind):
    members = {"b.wav": tone, "birds/a.WAV": tone, "notes.txt": b"x", ".hidden/c.wav": tone, "__x/y.zip": b"PK"}
    path = tmp_path / "upload.wav"
    write_zip(path, members) if kind == "zip" else write_tar(path, members, kind)
    found = workers.recordings_in(path, "title.wav", tmp_path / "unpacked")
    assert [title for title, _ in found] == ["b.wav", "birds/a.WAV"]
    for title, inside in found:
        assert inside == tmp_path / "unpacked" / title and inside.read_bytes() == tone
        assert len(workers.read(inside, 16_000, title)) == 8000


@pytest.mark.parametrize("title", ["song.wav.gz", "C:\\music\\song.wav.gz", "../../music/song.wav.gz", "song.wav"])
def test_one_compressed_recording_is_called_like_the_upload(workers, tmp_path, tone, title):
    (tmp_path / "upload").write_bytes(gzip.compress(tone))
    found = workers.recordings_in(tmp_path / "upload", title, tmp_path / "unpacked")
    assert found == [("song.wav", tmp_path / "unpacked" / "song.wav")]


def test_a_bomb_is_refused_before_it_fills_the_disk(workers, tmp_path):
    path = write_zip(tmp_path / "upload", {"bomb.wav": bytes(TOP + 1)})
    refused_archive(workers, path, "holds more than the")


def test_an_archive_may_grow_with_its_own_size_up_to_the_limit_of_all(tmp_path):
    workers = UploadWorkers(Settings(always_unpacked_bytes=1000, most_times_larger=10, unpacked_bytes=50_000))
    noise = np.random.default_rng(0).bytes(4000)
    try:
        within = write_zip(tmp_path / "within", {"a.wav": noise, "b.wav": bytes(30_000)})
        assert len(workers.recordings_in(within, "title", tmp_path / "one")) == 2
        beyond = write_zip(tmp_path / "beyond", {"a.wav": noise, "b.wav": bytes(45_000)})
        refused(lambda: workers.recordings_in(beyond, "title", tmp_path / "two"), beyond, "holds more than")
        all_of_it = write_zip(tmp_path / "all", {"a.wav": noise * 3, "b.wav": noise * 10})
        refused(lambda: workers.recordings_in(all_of_it, "title", tmp_path / "two"), all_of_it, "holds more than")
    finally:
        workers.close()


def test_too_many_files_are_refused(workers, tmp_path):
    refused_archive(workers, write_zip(tmp_path / "upload", {f"{i}.wav": b"" for i in range(21)}), "the limit of 20")


@pytest.mark.parametrize("name", ["../evil.wav", "/tmp/evil.wav", "a/../../evil.wav", "..\\evil.wav"])
def test_names_that_lead_elsewhere_are_refused(workers, tmp_path, tone, name):
    (tmp_path / "in").mkdir()
    refused_archive(workers, write_zip(tmp_path / "in" / "upload", {name: tone}), "leads out|absolute|backslash")
    assert not (tmp_path / "evil.wav").exists()


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE])
def test_links_and_devices_are_refused(workers, tmp_path, kind):
    with tarfile.open(tmp_path / "upload", "w") as archive:
        info = tarfile.TarInfo("song.wav")
        info.type, info.linkname = kind, "/etc/passwd"
        archive.addfile(info)
    refused_archive(workers, tmp_path / "upload", "is a link or a device")


def test_a_link_in_a_zip_is_refused(workers, tmp_path):
    with zipfile.ZipFile(tmp_path / "upload", "w") as archive:
        info = zipfile.ZipInfo("song.wav")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    refused_archive(workers, tmp_path / "upload", "is a link or a device")


def test_an_encrypted_archive_is_refused(workers, tmp_path, tone):
    path = write_zip(tmp_path / "upload", {"song.wav": tone})
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    refused_archive(workers, path, "is encrypted")


def test_an_archive_in_an_archive_is_not_unpacked(workers, tmp_path, tone):
    inner = write_zip(tmp_path / "made" / "inner.zip", {"song.wav": tone}).read_bytes()
    path = write_zip(tmp_path / "upload", {"inner.zip": inner})
    with pytest.raises(Refused, match="title holds no recordings"):
        workers.recordings_in(path, "title", tmp_path / "unpacked")


def test_an_archive_that_calls_itself_a_recording_inside_one_is_no_recording(workers, tmp_path, tone):
    inner = write_zip(tmp_path / "made" / "inner.zip", {"song.wav": tone}).read_bytes()
    path = write_zip(tmp_path / "upload", {"inner.wav": inner})
    [(title, inside)] = workers.recordings_in(path, "title", tmp_path / "unpacked")
    with pytest.raises(InputError, match="inner.wav cannot be read"):
        workers.read(inside, 16_000, title)


@pytest.mark.parametrize("content", [b"PK", b"PK\x05\x06" + bytes(18), b"\x1f\x8b no", b"BZh9", b"\xfd7zXZ\0"])
def test_a_damaged_archive_is_refused(workers, tmp_path, content):
    (tmp_path / "upload").write_bytes(content)
    refused_archive(workers, tmp_path / "upload", "damaged|holds no files")


def test_an_archive_that_takes_too_long_is_given_up(impatient, tmp_path):
    (tmp_path / "upload").write_bytes(gzip.compress(b"") * 2_000_000)  # much work, and nothing comes out
    with staged(Settings(home=tmp_path)) as folder:
        with pytest.raises(Refused, match="title took longer than 5 s"):
            impatient.recordings_in(tmp_path / "upload", "title", folder / "unpacked")
    assert not any((tmp_path / "staging").iterdir())


# Where it all lies.


def test_a_staged_folder_is_private_and_gone_afterwards(tmp_path):
    settings = Settings(home=tmp_path / "home")
    with pytest.raises(KeyboardInterrupt), staged(settings) as folder, staged(settings) as other:
        assert folder != other and folder.parent == tmp_path / "home" / "staging"
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        (folder / "deep").mkdir()
        (folder / "deep" / "file").write_bytes(b"1")
        raise KeyboardInterrupt
    assert not any((tmp_path / "home" / "staging").iterdir())


def test_what_a_killed_process_makes_once_more_is_gone_with_the_next_request(tmp_path):
    settings = Settings(home=tmp_path)
    with staged(settings) as other:
        with staged(settings) as folder:
            pass
        (folder / "made again").mkdir(parents=True)
        with staged(settings) as next_one:
            assert {path.name for path in (tmp_path / "staging").iterdir()} == {other.name, next_one.name}


def test_what_a_killed_server_left_is_removed_at_the_next_start(tmp_path):
    settings = Settings(home=tmp_path)
    clean(settings)
    (tmp_path / "staging" / "left").mkdir(parents=True)
    (tmp_path / "staging" / "left" / "file").write_bytes(b"1")
    (tmp_path / "runs.sqlite3").touch()
    clean(settings)
    assert [path.name for path in tmp_path.iterdir()] == ["runs.sqlite3"]


def test_samples_in_the_scale_of_whole_numbers_are_refused_with_that_scale(workers, tmp_path):
    path = tmp_path / "loud.wav"
    soundfile.write(path, 20_000 * np.sin(np.arange(8000)), 16_000, subtype="FLOAT")
    refused(lambda: workers.read(path, 16_000, "title"), path, "int16 scale")
    soundfile.write(path, 1.2 * np.sin(np.arange(8000)), 16_000, subtype="FLOAT")
    assert np.abs(workers.read(path, 16_000, "title")).max() == 1
