from classifier.storage import local_files


def test_recordings_are_found_in_nested_folders_in_any_case_and_not_among_hidden_ones(tmp_path):
    for name in ("b.wav", "a/deep/c.FLAC", "a/notes.txt", ".hidden/d.wav", "._b.wav"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert [path.relative_to(tmp_path).as_posix() for path in local_files.find_recordings(tmp_path)] == [
        "a/deep/c.FLAC",
        "b.wav",
    ]


def test_what_may_be_a_recording_but_has_no_suffix_of_one_is_counted(tmp_path):
    sound = bytes(range(256)) * 8
    for name in ("a.wav", "b.PCM", "deep/c.pcm", "d.xyz", "e", "clips.zip"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(sound)
    for name in (".DS_Store", "Thumbs.db", "desktop.ini", "__MACOSX/a.wav", "__MACOSX/a.xyz", ".git/x.xyz", "._a.xyz"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(sound)
    for name in ("labels.txt", "list.CSV", "a.jpg", "LICENSE", "notes.weird"):
        (tmp_path / name).write_text("Grüße, and words")
    (tmp_path / "utf 16.weird").write_text("words", encoding="utf-16")
    assert local_files.left_out(tmp_path) == (
        f"{tmp_path}: 5 files left out, for their suffixes are no recording's (.pcm 2, .xyz 1, .zip 1, no suffix 1); "
        "if they hold sound, unpack them or convert them to wav or flac"
    )
    assert [path.name for path in local_files.find_recordings(tmp_path)] == ["a.wav"]


def test_nothing_is_said_where_nothing_was_left_out(tmp_path):
    for name in ("a.wav", "B.M4A", "c.txt"):
        (tmp_path / name).touch()
    assert local_files.left_out(tmp_path) == ""


def test_many_suffixes_are_not_all_named(tmp_path):
    said = local_files.left_out_sentence("in", [f"a.x{i}" for i in range(13)])
    assert said.startswith("in: 13 files left out") and "and 3 more suffixes" in said
