import matplotlib.image
import numpy as np

from classifier.plotting import contact_sheet


def test_a_contact_sheet_is_all_pictures_side_by_side(tmp_path):
    pictures = [tmp_path / f"{i}.png" for i in range(3)]
    for i, picture in enumerate(pictures):
        matplotlib.image.imsave(picture, np.full((100, 1500, 3), i / 3))
    contact_sheet.write(pictures, tmp_path / "sheet.png")
    sheet = matplotlib.image.imread(tmp_path / "sheet.png")
    assert sheet.shape[:2] == (200, 3000)  # two side by side, because three are wider than a sheet
    assert sheet[150, 2000, 0] == 1  # no fourth one
