"""Network shares, told by the table of what is mounted."""

import pytest

from classifier.core.errors import InputError
from classifier.core.network_share import network_share
from classifier.service import home
from classifier.service.settings import Settings

TABLE = r"""22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
31 22 0:40 / /mnt/all rw,relatime shared:9 - nfs4 files:/all rw,vers=4.2
32 31 8:2 / /mnt/all/fast rw,relatime - xfs /dev/sdb1 rw
33 22 0:41 / /mnt/of\040Windows rw - cifs //files/x rw
34 22 0:42 / /mnt/keys rw - fuse.sshfs me@there:/ rw
35 22 0:43 / /mnt/container rw - fuse.fuse-overlayfs fuse-overlayfs rw
36 22 0:44 / /mnt/mounted rw - ext4 /dev/sdc1 rw
37 22 0:45 / /mnt/mounted rw - nfs files:/over rw
"""


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "mountinfo"
    path.write_text(TABLE)
    return path


@pytest.mark.parametrize(
    ("folder", "share"),
    [
        ("/home/me/served", None),
        ("/mnt/all/served", "nfs4 at /mnt/all"),
        ("/mnt/allowed", None),
        ("/mnt/all/fast/served", None),
        ("/mnt/of Windows/served", "cifs at /mnt/of Windows"),
        ("/mnt/keys", "fuse.sshfs at /mnt/keys"),
        ("/mnt/container/served", None),
        ("/mnt/mounted", "nfs at /mnt/mounted"),
    ],
)
def test_the_mount_that_holds_a_folder_tells_whether_it_is_a_share(table, folder, share):
    assert network_share(folder, table) == share


def test_the_disk_of_this_test_is_no_share_and_elsewhere_nothing_is_known(tmp_path):
    assert network_share(tmp_path) is None
    assert network_share(tmp_path, tmp_path / "none") is None


def test_a_home_on_a_share_is_refused_and_one_that_only_predicts_is_not(tmp_path, table, monkeypatch):
    table.write_text(f"31 22 0:40 / {tmp_path} rw - nfs4 files:/all rw\n")
    monkeypatch.setattr(home, "network_share", lambda folder: network_share(folder, table))
    with pytest.raises(InputError, match=r"served lies on a network share \(nfs4 at .*SQLite.*--home.*--predict-only"):
        home.Home(Settings(home=tmp_path / "served"))
    assert not (tmp_path / "served").exists()
    home.Home(Settings(home=tmp_path / "served", predict_only=True)).close()
