"""An annotation file made by hand from the EAF schema of ELAN."""

import pytest

from classifier.core.errors import InputError

MEDIA = 'MEDIA_URL="file:///C:/field%20work/monday.wav" MIME_TYPE="audio/x-wav" RELATIVE_MEDIA_URL="./monday.wav"'
EAF = f"""<?xml version="1.0" encoding="UTF-8"?>
<ANNOTATION_DOCUMENT AUTHOR="" DATE="2024-01-31T12:00:00+00:00" FORMAT="3.0" VERSION="3.0">
  <HEADER MEDIA_FILE="" TIME_UNITS="milliseconds">
    <MEDIA_DESCRIPTOR MEDIA_URL="file:///film.mp4" MIME_TYPE="video/mp4"/>
    <MEDIA_DESCRIPTOR {MEDIA}/>
  </HEADER>
  <TIME_ORDER>
    <TIME_SLOT TIME_SLOT_ID="ts1" TIME_VALUE="500"/>
    <TIME_SLOT TIME_SLOT_ID="ts2" TIME_VALUE="1250"/>
    <TIME_SLOT TIME_SLOT_ID="ts3"/>
  </TIME_ORDER>
  <TIER LINGUISTIC_TYPE_REF="default-lt" TIER_ID="birds">
    <ANNOTATION>
      <ALIGNABLE_ANNOTATION ANNOTATION_ID="a1" TIME_SLOT_REF1="ts1" TIME_SLOT_REF2="ts2">
        <ANNOTATION_VALUE>R&amp;obin</ANNOTATION_VALUE>
      </ALIGNABLE_ANNOTATION>
    </ANNOTATION>
  </TIER>
  <TIER LINGUISTIC_TYPE_REF="note" PARENT_REF="birds" TIER_ID="mood">
    <ANNOTATION>
      <REF_ANNOTATION ANNOTATION_ID="a2" ANNOTATION_REF="a1"><ANNOTATION_VALUE>angry</ANNOTATION_VALUE></REF_ANNOTATION>
    </ANNOTATION>
  </TIER>
</ANNOTATION_DOCUMENT>
"""


def test_annotations_with_times_are_read_and_the_others_are_told(reads):
    found = reads("elan", EAF, "monday.eaf")
    (robin,) = found.stretches
    assert (robin.label, robin.start, robin.end, robin.track, robin.line) == ("R&obin", 0.5, 1.25, "birds", 14)
    assert found.recordings == ("./monday.wav", "/C:/field work/monday.wav")
    assert found.ignored == ("tier 'mood': 1 annotations of other annotations",)


def test_the_time_of_the_recording_at_which_elan_begins_is_added(reads):
    found = reads("elan", EAF.replace(MEDIA, f'{MEDIA} TIME_ORIGIN="2000"'), "monday.eaf")
    assert (found.stretches[0].start, found.stretches[0].end) == (2.5, 3.25)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (EAF.replace('REF2="ts2"', 'REF2="ts3"'), "line 14: the annotation has no time \\(ts3\\); align it in ELAN"),
        (EAF.replace("R&amp;obin", " "), "line 14: the stretch 0.5 to 1.25 s has no label"),
        (EAF.replace("milliseconds", "PAL-frames"), "line 3: times are in PAL-frames"),
        (EAF.replace("</TIER>", "", 1), "line 2[0-9]: this is not the XML of ELAN"),
        (
            EAF.replace("<ANNOTATION_DOC", '<!DOCTYPE a [<!ENTITY b "c">]>\n<ANNOTATION_DOC', 1),
            "line 2: a document type",
        ),
    ],
)
def test_a_damaged_file_is_named(reads, text, complaint):
    with pytest.raises(InputError, match=complaint):
        reads("elan", text, "monday.eaf")
