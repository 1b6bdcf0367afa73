from classifier.storage import local_files


def test_recordings_are_found_in_nested_folders_in_any_case_and_not_among_hidden_ones(tmp_path):
    for name in ("b.wav", "a/deep/c.FLAC", "a/notes.txt", ".hidden/d.wav", "._b.wav"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert [path.relative_to(tmp_path).as_posix() for path in local_files.find_recordings(tmp_path)] == [
        "a/deep/c.FLAC",
        "b.wav",
    ]
