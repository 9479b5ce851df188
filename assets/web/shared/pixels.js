// From raw uint8 pixels (rows, columns, channels) to a canvas and to a file.

/** @typedef {[height: number, width: number, channels: number]} Shape */

/**
 * Draw one image; the canvas takes the image's own size and CSS enlarges it without smoothing.
 * @param {HTMLCanvasElement} canvas
 * @param {Uint8Array} pixels
 * @param {Shape} shape one channel is grey, three are RGB
 */
export function drawPixels(canvas, pixels, shape) {
  drawTiles(canvas, pixels, shape, 1);
}

/**
 * Draw images side by side, `across` in a row; the canvas takes just their size.
 * @param {HTMLCanvasElement} canvas
 * @param {Uint8Array} pixels image after image
 * @param {Shape} shape of one image
 * @param {number} across
 */
export function drawTiles(canvas, pixels, shape, across) {
  const [height, width, channels] = shape;
  const down = Math.ceil(pixels.length / (height * width * channels) / across);
  if (canvas.width !== across * width) canvas.width = across * width;
  if (canvas.height !== down * height) canvas.height = down * height;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.putImageData(tiles(pixels, shape, across), 0, 0);
}

/**
 * @param {Uint8Array} pixels image after image
 * @param {Shape} shape of one image
 * @param {number} across
 */
export function tiles(pixels, [height, width, channels], across) {
  const count = pixels.length / (height * width * channels);
  const image = new ImageData(across * width, Math.ceil(count / across) * height);
  const [green, blue] = channels >= 3 ? [1, 2] : [0, 0];
  const words = new Uint32Array(image.data.buffer); // a whole pixel at once; the bytes are red, green, blue, alpha
  let from = 0;
  for (let tile = 0; tile < count; tile++) {
    const corner = Math.floor(tile / across) * height * image.width + (tile % across) * width;
    for (let row = 0; row < height; row++) {
      for (let to = corner + row * image.width, end = to + width; to < end; to++, from += channels) {
        words[to] = 0xff000000 | (pixels[from + blue] << 16) | (pixels[from + green] << 8) | pixels[from];
      }
    }
  }
  return image;
}

/**
 * Save what a canvas shows as a PNG of about 560 pixels: whole multiples, so that every pixel stays a square.
 * @param {HTMLCanvasElement} canvas
 * @param {string} name
 */
export function savePng(canvas, name) {
  const factor = Math.max(1, Math.round(560 / Math.max(canvas.width, canvas.height)));
  const large = document.createElement("canvas");
  large.width = canvas.width * factor;
  large.height = canvas.height * factor;
  const context = /** @type {CanvasRenderingContext2D} */ (large.getContext("2d"));
  context.imageSmoothingEnabled = false;
  context.drawImage(canvas, 0, 0, large.width, large.height);
  large.toBlob((blob) => {
    if (!blob) return;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }, "image/png");
}
