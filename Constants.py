"""The audio format: what training, every later step and the phone must agree on.

Change a number here and train again; the app must then be changed the same way. Every trained model carries these
numbers in its run.json, and a later step that finds others refuses to go on. Nothing assigns to them.
"""

import os
from pathlib import Path

SAMPLE_RATE = 16_000  # Hz; what the microphone of a phone delivers without resampling
AUDIO_PIECE_LENGTH = 2 * SAMPLE_RATE  # samples; the app classifies the last two seconds it heard
N_FFT = 2048  # samples; the phone's mel spectrogram (JLibrosa) uses the same window
HOP_LENGTH = 512  # samples; JLibrosa hops by the same: with another hop its mels are of another sound
N_MELS = 128  # mel bands from 0 Hz to half the sample rate

ROOT = Path(__file__).resolve().parent
LABELS_FILE = ROOT / "labels.txt"
SHIPPED_LABELS = ["silence", "song", "speech"]  # labels.txt as it comes: those of data_short
BACKGROUND = "background"
SILENT_LABELS = ("silence", BACKGROUND, "_background_noise_")  # labels of recordings in which nothing happens
DATA_RAW = ROOT / "data_raw"  # the user's recordings as they came, for PrepareData.py
DATA_LONG = ROOT / "data_long"  # the user's recordings
DATA_SHORT = ROOT / "data_short"  # small and synthetic, to try the scripts with
DATA_SETS = ROOT / "data_sets"  # what PrepareData.py downloads
TRAINED = ROOT / "trained"  # a folder per trained model
BOOSTED = ROOT / "boosted"  # a folder per trained boosting baseline
EVALUATED = ROOT / "evaluated"  # what EvaluateModel.py and CompareModels.py found
GALLERY = ROOT / "gallery"  # what PlotSignalMelSpec.py draws of features, data and layers
WEIGHTS = ROOT / "weights"  # of pretrained networks, as they were published: downloaded, or put there by hand
SERVED = ROOT / "served"  # what ServeModel.py keeps: trainings that it was asked for
CLASSIFIED = ROOT / "classified"  # what ClassifyRecordings.py found
FOUND = ROOT / "found"  # what SearchRecordings.py found
SUGGESTED = ROOT / "suggested"  # what SuggestLabels.py says should be listened to next
WEB = ROOT / "web"  # the web app that ExportWebApp.py writes
CACHE = Path(os.environ.get("CLASSIFIER_CACHE") or ROOT / "cache")  # decoded recordings, downloads; may be deleted
