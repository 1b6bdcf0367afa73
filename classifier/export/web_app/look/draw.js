// Draws waveforms, curves and mel spectrograms on canvases, sharp on any screen and in the colours of the theme.

const drawings = new Map(); // canvas -> how it is drawn again
const dark = matchMedia("(prefers-color-scheme: dark)");
const resized = new ResizeObserver((entries) => entries.forEach((entry) => redraw(entry.target)));
let palette;

dark.addEventListener("change", () => {
  palette = null;
  drawings.forEach((_, canvas) => redraw(canvas));
});
watchDensity();

/** Another screen or another zoom: other pixels. */
function watchDensity() {
  const here = matchMedia(`(resolution: ${devicePixelRatio}dppx)`);
  here.addEventListener("change", () => (drawings.forEach((_, canvas) => redraw(canvas)), watchDensity()), { once: true });
}

/** Draws now, and again whenever the size or the theme changes. */
function keep(canvas, paint) {
  drawings.set(canvas, paint);
  resized.observe(canvas);
  redraw(canvas);
}

function redraw(canvas) {
  const { width, height } = canvas.getBoundingClientRect();
  if (!width || !drawings.has(canvas)) return; // hidden: the observer comes back when it is seen
  const pixels = [Math.round(width * devicePixelRatio), Math.round(height * devicePixelRatio)];
  if (canvas.width !== pixels[0] || canvas.height !== pixels[1]) [canvas.width, canvas.height] = pixels;
  const pen = canvas.getContext("2d");
  pen.clearRect(0, 0, ...pixels);
  drawings.get(canvas)(pen, ...pixels);
}

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** The extremes of each column, as high as the loudest; columns of null are empty. */
export function drawWaveform(canvas, low, high) {
  const loudest = Math.max(0.02, ...high.map(Math.abs), ...low.map(Math.abs));
  keep(canvas, (pen, width, height) => {
    const middle = height / 2;
    const scale = (0.94 * middle) / loudest;
    const column = width / low.length;
    pen.fillStyle = colour("--accent");
    low.forEach((least, i) => {
      if (least === null) return;
      const top = middle - high[i] * scale;
      const tall = Math.max((high[i] - least) * scale, devicePixelRatio);
      pen.fillRect(i * column, top, Math.max(column * 0.8, Math.min(column, 1)), tall);
    });
  });
}

/**
 * Curves of values from 0 to 1, with lines at 0, one half and 1.
 * @param curves [{colour: name of a custom property, points: [[x, y]]}], x from 0 to 1
 */
export function drawCurves(canvas, curves) {
  keep(canvas, (pen, width, height) => {
    const edge = 3 * devicePixelRatio;
    const place = ([x, y]) => [x * width, height - edge - y * (height - 2 * edge)];
    pen.strokeStyle = colour("--line");
    pen.lineWidth = devicePixelRatio;
    for (const level of [0, 0.5, 1]) trace(pen, [place([0, level]), place([1, level])]);
    pen.lineWidth = 2 * devicePixelRatio;
    pen.lineJoin = "round";
    for (const { colour: name, points } of curves) {
      pen.strokeStyle = colour(name);
      trace(pen, points.map(place));
    }
  });
}

function trace(pen, places) {
  pen.beginPath();
  for (const place of places) pen.lineTo(...place);
  pen.stroke();
}

/** @param mel {bands, columns, values: Uint8Array, column after column, lowest band first} */
export function drawMel(canvas, mel) {
  keep(canvas, (pen, width, height) => {
    pen.imageSmoothingQuality = "high";
    pen.drawImage(pictureOf(mel), 0, 0, width, height);
  });
}

function pictureOf({ bands, columns, values }) {
  const shades = (palette ??= makePalette());
  const picture = new OffscreenCanvas(columns, bands);
  const image = new ImageData(columns, bands);
  const pixels = new Uint32Array(image.data.buffer);
  for (let column = 0; column < columns; column++) {
    for (let band = 0; band < bands; band++) {
      pixels[(bands - 1 - band) * columns + column] = shades[values[column * bands + band]];
    }
  }
  picture.getContext("2d").putImageData(image, 0, 0);
  return picture;
}

/** 256 colours from the five of the theme, as a canvas keeps them. */
function makePalette() {
  const line = new OffscreenCanvas(256, 1).getContext("2d");
  const blend = line.createLinearGradient(0, 0, 256, 0);
  for (let i = 0; i < 5; i++) blend.addColorStop(i / 4, colour(`--mel${i}`));
  line.fillStyle = blend;
  line.fillRect(0, 0, 256, 1);
  return new Uint32Array(line.getImageData(0, 0, 256, 1).data.buffer);
}

/** What the server sends as a mel spectrogram, ready to be drawn. */
export function decodeMel(mel) {
  return { ...mel, values: Uint8Array.from(atob(mel.values), (letter) => letter.charCodeAt(0)) };
}
