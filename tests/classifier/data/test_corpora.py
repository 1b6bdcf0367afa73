import hashlib
import io
import json
from dataclasses import replace

import numpy as np
import pytest
import soundfile

from classifier.core.errors import InputError
from classifier.data import clips, corpora
from classifier.storage import downloads
from tests.classifier.storage.test_archives import write
from tests.classifier.storage.test_downloads import publishing

GROUPS = "^([^_]+)_"
TITLES = "filename,fold,target,category,esc10,src_file,take\n"
SLICES = "slice_file_name,fsID,start,end,salience,fold,classID,class\n"
INSIDE = {  # what the real archives look like inside, with fewer recordings; None is a recording
    "esc50": {
        "ESC-50-33c8ce9/LICENSE": "CC BY-NC",
        "ESC-50-33c8ce9/audio/1-100032-A-0.wav": None,
        "ESC-50-33c8ce9/audio/2-100038-A-14.wav": None,
        "ESC-50-33c8ce9/meta/esc50.csv": TITLES
        + "1-100032-A-0.wav,1,0,dog,True,100032,A\n2-100038-A-14.wav,2,14,chirping_birds,False,100038,A\n",
        "ESC-50-33c8ce9/tests/test_dataset.py": "",
    },
    "urbansound8k": {
        "UrbanSound8K/FREESOUNDCREDITS.txt": "",
        "UrbanSound8K/audio/.DS_Store": "",
        "UrbanSound8K/audio/fold5/100032-3-0-0.wav": None,
        "UrbanSound8K/audio/fold10/100648-1-0-0.wav": None,
        "UrbanSound8K/metadata/UrbanSound8K.csv": SLICES
        + "100032-3-0-0.wav,100032,0.0,0.317551,1,5,3,dog_bark\n100648-1-0-0.wav,100648,4.8,5.4,2,10,1,car_horn\n",
    },
    "flickr8k_audio": {
        "flickr_audio/readme.txt": "",
        "flickr_audio/wav2capt.txt": "1000268201_693b08cb0e_0.wav 1000268201_693b08cb0e.jpg #0\n",
        "flickr_audio/wav2spk.txt": "1000268201_693b08cb0e_0.wav 98\n1000268201_693b08cb0e_1.wav 43\n",
        "flickr_audio/wavs/1000268201_693b08cb0e_0.wav": None,
        "flickr_audio/wavs/1000268201_693b08cb0e_1.wav": None,
        "flickr_audio/wavs/997722733_0cb5439472_4.wav": None,
    },
    "csd": {
        "CSD/english/metadata.json": "{}",
        "CSD/english/mid/en001a.mid": "",
        "CSD/english/wav/en001a.wav": None,
        "CSD/english/wav/en001b.wav": None,
        "CSD/korean/wav/kr001a.wav": None,
    },
    "vocalset": {
        "FULL/.DS_Store": "",
        "FULL/female1/arpeggios/belt/f1_arpeggios_belt_a.wav": None,
        "FULL/female4/arpeggios/straight/arpeggios_straight_a.wav": None,
        "FULL/male1/long_tones/pp/m1_long_pp_u.wav": None,
        "FULL/male8/excerpts/vibrato/m9_caro_vibrato.wav": None,
        "FULL/male10/scales/fast_piano/m10_scales_c_fast_piano_a.wav": None,
        "FULL/male10/scales/fast_piano/scales_c_fast_piano_a.wav": None,
        "README.txt": "",
        "__MACOSX/FULL/female1/arpeggios/belt/._f1_arpeggios_belt_a.wav": "",
    },
    "speech_commands": {
        "./LICENSE": "CC BY",
        "./_background_noise_/README.md": "",
        "./_background_noise_/doing_the_dishes.wav": None,
        "./no/0132a06d_nohash_2.wav": None,
        "./testing_list.txt": "",
        "./validation_list.txt": "",
        "./yes/0132a06d_nohash_2.wav": None,
        "./yes/01b4757a_nohash_0.wav": None,
    },
}
LAID_OUT = {  # the recordings that come of it, and of which group they are
    "flickr8k_audio": {
        "wavs/98_1000268201_693b08cb0e_0.wav": "98",
        "wavs/43_1000268201_693b08cb0e_1.wav": "43",
        "wavs/unknown_997722733_0cb5439472_4.wav": "unknown",
    },
    "csd": {
        "english/wav/csd_en001a.wav": "csd",
        "english/wav/csd_en001b.wav": "csd",
        "korean/wav/csd_kr001a.wav": "csd",
    },
    "vocalset": {
        "female1/arpeggios/belt/f1_arpeggios_belt_a.wav": "f1",
        "female4/arpeggios/straight/f4_arpeggios_straight_a.wav": "f4",
        "male1/long_tones/pp/m1_long_pp_u.wav": "m1",
        "male8/excerpts/vibrato/m8_m9_caro_vibrato.wav": "m8",
        "male10/scales/fast_piano/m10_scales_c_fast_piano_a.wav": "m10",
        "male10/scales/fast_piano/m10_m10_scales_c_fast_piano_a.wav": "m10",
    },
}


def wav(seed):
    """A tenth of a second of noise, another one for each seed."""
    file = io.BytesIO()
    noise = np.random.default_rng(seed).normal(0, 0.1, 1600)
    soundfile.write(file, noise, 16_000, format="WAV")
    return file.getvalue()


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(downloads, "PAUSE", 0)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with publishing({}) as server:
        yield server


@pytest.fixture
def published(server, tmp_path_factory):
    """A corpus of this name whose archive is small and on this machine; the rest is the real row."""

    def publish(name, inside=None):
        corpus = corpora.find(name)
        members = [
            (path, wav(i) if text is None else text.encode())
            for i, (path, text) in enumerate((inside or INSIDE[name]).items())
        ]
        packed = write(tmp_path_factory.mktemp("published") / corpus.archive.name, members).read_bytes()
        path = f"/{corpus.archive.name}"
        server.files[path] = packed
        checksum = f"sha256:{hashlib.sha256(packed).hexdigest()}"
        return replace(corpus, archive=replace(corpus.archive, url=server.address(path), checksum=checksum))

    return publish


def visible(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.wav"))


def test_every_corpus_says_what_it_is():
    found = [corpora.find(corpus.name) for corpus in corpora.CORPORA]
    assert [corpus.name for corpus in found] == [
        "esc50",
        "urbansound8k",
        "flickr8k_audio",
        "csd",
        "vocalset",
        "speech_commands",
    ]
    for corpus in found:
        assert corpus.licence.startswith("Creative Commons")
        assert corpus.page.startswith("https://") and corpus.archive.url.startswith("https://")
        kind, _, digits = (corpus.archive.checksum or "md5:" + "0" * 32).partition(":")
        assert len(bytes.fromhex(digits)) == hashlib.new(kind).digest_size
    assert len({corpus.folder for corpus in found}) == len(found) == len(INSIDE)


def test_what_soundata_knows_is_asked_of_it():
    corpus = corpora.find("urbansound8k")
    assert "zenodo.org/record/1203745/files/UrbanSound8K.tar.gz" in corpus.archive.url
    assert corpus.archive.checksum.startswith("md5:")
    assert "Non Commercial" in corpus.licence


def test_an_unknown_corpus_names_the_known_ones():
    with pytest.raises(InputError, match="no corpus 'esc51'; there are esc50, urbansound8k"):
        corpora.find("esc51")


def test_esc50_is_recognised(published, tmp_path, capsys):
    assert corpora.download(published("esc50"), tmp_path, accepted=True) == tmp_path / "esc50"
    assert clips.recognise(tmp_path / "esc50") == "esc50"
    found = {(clip.path.name, clip.label, clip.fold) for clip in clips.read_clips(tmp_path / "esc50")}
    assert found == {("1-100032-A-0.wav", "dog", 1), ("2-100038-A-14.wav", "chirping_birds", 2)}
    assert [path.name for path in tmp_path.iterdir()] == ["esc50"]
    assert f"{tmp_path / 'esc50'}: 2 recordings" in capsys.readouterr().err


def test_urbansound8k_is_recognised(published, tmp_path):
    corpora.download(published("urbansound8k"), tmp_path, accepted=True)
    assert clips.recognise(tmp_path / "urbansound8k") == "urbansound8k"
    found = {(clip.path.name, clip.label, clip.fold) for clip in clips.read_clips(tmp_path / "urbansound8k")}
    assert found == {("100032-3-0-0.wav", "dog_bark", 5), ("100648-1-0-0.wav", "car_horn", 10)}
    assert [path.name for path in tmp_path.iterdir()] == ["urbansound8k"]


def test_speech_commands_is_a_folder_per_word(published, tmp_path):
    corpora.download(published("speech_commands"), tmp_path, accepted=True)
    folder = tmp_path / "speech_commands"
    assert clips.recognise(folder) == "class_folders"
    found = {(clip.label, clip.path.name, clip.group) for clip in clips.read_clips(folder, GROUPS)}
    assert found == {
        ("yes", "0132a06d_nohash_2.wav", "0132a06d"),
        ("yes", "01b4757a_nohash_0.wav", "01b4757a"),
        ("no", "0132a06d_nohash_2.wav", "0132a06d"),
        ("_background_noise_", "doing_the_dishes.wav", "doing"),
    }
    assert (folder / "LICENSE").read_text() == "CC BY"


def test_the_corpora_of_one_label_make_one_data_folder(published, tmp_path):
    for name in LAID_OUT:
        data = corpora.download(published(name), tmp_path, accepted=True)
    assert data == tmp_path / "voices"
    assert clips.recognise(data) == "class_folders"
    found = clips.read_clips(data, GROUPS)
    assert {clip.label for clip in found} == {"speech", "song"}
    groups = {clip.path.relative_to(tmp_path).as_posix(): clip.group for clip in found}
    places = {name: corpora.find(name).folder for name in LAID_OUT}
    assert groups == {
        f"{places[name]}/{path}": group for name, paths in LAID_OUT.items() for path, group in paths.items()
    }
    assert sorted(path.name for path in tmp_path.iterdir()) == ["voices"]


@pytest.mark.parametrize("name", INSIDE)
def test_no_recording_is_lost_or_changed(published, tmp_path, name):
    place = corpora.download(published(name), tmp_path, accepted=True)
    sent = {wav(i) for i, text in enumerate(INSIDE[name].values()) if text is None}
    assert {(place / path).read_bytes() for path in visible(place)} == sent
    assert len(visible(place)) == len(sent)


def test_nothing_is_asked_of_the_publisher_before_the_licence_is_accepted(published, server, tmp_path, capsys):
    corpus = published("csd")
    with pytest.raises(InputError, match=r"csd .*BY-NC-SA 4.0.*--yes"):
        corpora.download(corpus, tmp_path, accepted=False)
    assert server.asked == []
    assert not any(tmp_path.iterdir())
    told = capsys.readouterr().err
    assert all(word in told for word in (corpus.title, corpus.page, corpus.licence, "1.9 GB"))


def test_the_question_comes_after_the_licence_was_shown(published, server, tmp_path, capsys):
    corpus, shown = published("csd"), []

    def refuse():
        shown.append(capsys.readouterr().err)
        return False

    with pytest.raises(InputError, match="--yes"):
        corpora.download(corpus, tmp_path, refuse)
    assert corpus.licence in shown[0]
    assert server.asked == []
    corpora.download(corpus, tmp_path, lambda: True)
    assert (tmp_path / "voices" / "song" / "csd").is_dir()


def test_what_is_there_already_stays_as_it_is(published, server, tmp_path, capsys):
    mine = tmp_path / "voices" / "song" / "csd" / "mine.wav"
    mine.parent.mkdir(parents=True)
    mine.touch()
    corpora.download(published("csd"), tmp_path, accepted=True)
    assert "song/csd exists already and is left unchanged" in capsys.readouterr().err
    assert server.asked == []
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [mine]


def test_the_users_own_recordings_beside_it_are_not_touched(published, tmp_path):
    mine = tmp_path / "voices" / "song" / "karaoke.wav"
    mine.parent.mkdir(parents=True)
    mine.write_text("la la la")
    corpora.download(published("csd"), tmp_path, accepted=True)
    assert mine.read_text() == "la la la"


def test_a_download_that_is_cut_goes_on(published, server, tmp_path):
    corpus = published(
        "csd", {**INSIDE["csd"], "CSD/big.json": json.dumps(list(np.random.default_rng(0).random(9000)))}
    )
    server.cuts = [70_000]
    corpora.download(corpus, tmp_path, accepted=True)
    assert server.asked == [None, "bytes=65536-"]
    assert len(visible(tmp_path)) == 3


def test_another_archive_than_expected_is_kept_and_nothing_is_laid_out(published, tmp_path):
    with pytest.raises(InputError, match="holds no wav2spk.txt"):
        corpora.download(published("flickr8k_audio", {"other/readme.txt": ""}), tmp_path, accepted=True)
    left = [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")]
    assert sorted(left) == [".downloads", ".downloads/flickr_audio.tar.gz"]


def test_a_hostile_archive_is_refused(published, tmp_path):
    corpus = published("csd", {**INSIDE["csd"], "../../../evil.wav": None})
    with pytest.raises(InputError, match=r"CSD.zip: '../../../evil.wav' leads out of its folder"):
        corpora.download(corpus, tmp_path / "data", accepted=True)
    left = [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")]
    assert sorted(left) == ["data", "data/.downloads", "data/.downloads/CSD.zip"]
