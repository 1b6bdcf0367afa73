"""Who speaks and sings in data_short, what they say, and the tunes: all of it written for this project."""

from typing import NamedTuple


class Voice(NamedTuple):
    """language, variant: espeak-ng's. pitch: its scale, 0 to 99. tonic_hz: where the voice's songs are at home."""

    language: str
    variant: str
    words_per_minute: int
    pitch: int
    tonic_hz: float


# One woman and one man a language; every voice is in speech and in song, so no class is told by its voices.
# None of the variants with `breath` (f2, f3, f5, Alicia): espeak-ng's breath is another one at each run.
VOICES = [
    Voice("de", "shelby", 150, 50, 196.0),
    Voice("de", "m1", 165, 45, 110.0),
    Voice("en", "f1", 165, 45, 185.0),
    Voice("en", "m3", 150, 55, 116.5),
    Voice("es", "steph", 175, 55, 207.7),
    Voice("es", "m5", 185, 50, 123.5),
    Voice("fr", "f4", 155, 50, 174.6),
    Voice("fr", "m2", 170, 50, 103.8),
    Voice("it", "Andrea", 180, 35, 220.0),
    Voice("it", "m6", 160, 55, 130.8),
    Voice("nl", "belinda", 160, 45, 220.0),
    Voice("nl", "m4", 145, 50, 123.5),
    Voice("pl", "linda", 170, 35, 207.7),
    Voice("pl", "m7", 155, 50, 116.5),
    Voice("sv", "aunty", 150, 55, 185.0),
    Voice("sv", "m8", 165, 45, 98.0),
]

SENTENCES = {
    "de": [
        "Am Morgen liegt Nebel über dem Fluss.",
        "Der Bus hält hinter der alten Brücke.",
        "Wir haben noch drei Äpfel und etwas Brot.",
        "Meine Schwester malt den Zaun heute grün.",
    ],
    "en": [
        "The kettle is on, and the window is open.",
        "Our neighbour keeps seven brown hens.",
        "You can leave the ladder by the wall.",
        "It rained on the hills until the evening.",
    ],
    "es": [
        "La puerta del jardín está abierta.",
        "Mañana vamos a la playa con mi hermano.",
        "El gato duerme debajo de la mesa.",
        "Hay una carta para ti en la cocina.",
    ],
    "fr": [
        "Le train de midi part dans dix minutes.",
        "Ma voisine arrose ses fleurs le soir.",
        "Il y a du pain frais sur la table.",
        "Nous marchons le long de la rivière.",
    ],
    "it": [
        "La finestra guarda verso il mare.",
        "Mio nonno ripara una vecchia bicicletta.",
        "Domani compriamo le arance al mercato.",
        "Sotto il ponte passa un fiume lento.",
    ],
    "nl": [
        "De boot ligt stil bij de oude molen.",
        "Mijn oom bakt elke zondag een taart.",
        "De sleutel hangt naast de achterdeur.",
        "Vanavond eten we soep met brood.",
    ],
    "pl": [
        "Na stole stoi dzbanek z wodą.",
        "Moja siostra czyta książkę w ogrodzie.",
        "Jutro rano pojedziemy nad jezioro.",
        "Stary zegar na ścianie znowu stoi.",
    ],
    "sv": [
        "Båten ligger kvar vid den lilla ön.",
        "Min bror lagar mat på lördagar.",
        "Det står en röd cykel utanför huset.",
        "Vi plockar blåbär i skogen i augusti.",
    ],
}

SCALES = {"major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 10), "dorian": (0, 2, 3, 5, 7, 9, 10)}

# Scale, then the tune: step of the scale (0 is the tonic, 7 its octave) and beats.
TUNES = [
    ("major", "0 1, 2 1, 4 2, 5 1, 4 1, 2 2, 1 1, 3 1, 2 1, -1 1, 0 3"),
    ("minor", "4 2, 2 1, 1 1, 0 2, -1 1, 1 1, 3 2, 2 1, 1 1, 0 3"),
    ("dorian", "0 1, 0 1, 3 1, 4 2, 6 1, 5 1, 3 1, 4 3, 2 1, 1 1, 0 2"),
    ("major", "7 2, 5 1, 4 1, 5 2, 2 2, 3 1, 4 1, 1 2, 0 3"),
    ("minor", "0 1, 1 1, 2 1, 4 1, 3 2, 1 2, 2 1, 0 1, -2 1, -1 1, 0 3"),
    ("dorian", "4 1, 5 1, 4 1, 3 1, 1 2, 3 1, 1 1, 0 2, 2 1, 3 1, 4 3"),
    ("major", "2 3, 4 1, 3 1, 1 1, 2 2, -1 1, 1 1, 0 1, 3 1, 2 3"),
    ("minor", "0 2, 4 2, 3 1, 5 1, 4 2, 2 1, 3 1, 1 1, 2 1, 0 3"),
]


def text(language, first):
    """All sentences of a language, beginning with the one numbered `first`."""
    sentences = SENTENCES[language]
    first %= len(sentences)
    return " ".join(sentences[first:] + sentences[:first])


def melody(tune, tonic_hz, beat_s):
    """[(Hz, seconds)] of a row of TUNES, sung over and over: as long as any recording."""
    scale, notes = tune
    steps = SCALES[scale]
    played = []
    for note in notes.split(","):
        step, beats = (int(x) for x in note.split())
        semitones = steps[step % len(steps)] + 12 * (step // len(steps))
        played.append((tonic_hz * 2 ** (semitones / 12), beats * beat_s))
    return played * 3
