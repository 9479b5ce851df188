// The product of matrices that every layer with weights comes down to, as fast as plain JavaScript does it.
//
// Measured in Chromium against dot products over several rows, sums kept in the output, lists of the inputs that are not
// zero, float64 weights and Math.fround. Two rows at a time were faster where no input is zero, by up to a half, and
// slower for one code and behind a ReLU.

/**
 * @typedef {object} Matrix
 * @property {Float32Array} weights panels of WIDE outputs: for each input, the weights of WIDE outputs side by side
 * @property {Float32Array} bias
 * @property {number} inputs
 * @property {number} outputs weights and bias are padded with zeros to a multiple of WIDE
 */

const WIDE = 8; // outputs that are computed at once: as many sums as stay in registers

/**
 * @param {Float32Array} values the weight of an input for an output is at input · inputStep + output · outputStep
 * @param {number} inputs
 * @param {number} inputStep
 * @param {number} outputs
 * @param {number} outputStep
 * @param {Float32Array} bias one for each output
 * @returns {Matrix}
 */
export function matrix(values, inputs, inputStep, outputs, outputStep, bias) {
  const padded = Math.ceil(outputs / WIDE) * WIDE;
  const weights = new Float32Array(inputs * padded);
  for (let input = 0; input < inputs; input++) {
    for (let output = 0; output < outputs; output++) {
      const place = (output - (output % WIDE)) * inputs + input * WIDE + (output % WIDE);
      weights[place] = values[input * inputStep + output * outputStep];
    }
  }
  const start = new Float32Array(padded);
  start.set(bias);
  return { weights, bias: start, inputs, outputs };
}

/**
 * Multiply `rows` rows of `input`, which begin at `at`, and write them to `output` from `to` on. Panel after panel, so
 * that each is read from memory once.
 * @param {Matrix} matrix
 * @param {Float32Array} input
 * @param {number} at
 * @param {number} rows
 * @param {Float32Array} output
 * @param {number} to
 */
export function multiply({ weights, bias, inputs, outputs }, input, at, rows, output, to) {
  for (let first = 0; first < outputs; first += WIDE) {
    const wide = Math.min(WIDE, outputs - first);
    for (let row = 0; row < rows; row++) {
      sum(weights, first * inputs, bias, first, input, at + row * inputs, inputs);
      const place = to + row * outputs + first;
      for (let i = 0; i < wide; i++) output[place + i] = sums[i];
    }
  }
}

const sums = new Float32Array(WIDE);

/**
 * One row by one panel, into `sums`. Inputs of zero are passed over: behind a ReLU that is half of them.
 * @param {Float32Array} weights
 * @param {number} panel where it begins
 * @param {Float32Array} bias
 * @param {number} first output of the panel
 * @param {Float32Array} input
 * @param {number} at
 * @param {number} inputs
 */
function sum(weights, panel, bias, first, input, at, inputs) {
  let a = bias[first];
  let b = bias[first + 1];
  let c = bias[first + 2];
  let d = bias[first + 3];
  let e = bias[first + 4];
  let f = bias[first + 5];
  let g = bias[first + 6];
  let h = bias[first + 7];
  for (let i = at, w = panel; i < at + inputs; i++, w += WIDE) {
    const x = input[i];
    if (x === 0) continue;
    a += x * weights[w];
    b += x * weights[w + 1];
    c += x * weights[w + 2];
    d += x * weights[w + 3];
    e += x * weights[w + 4];
    f += x * weights[w + 5];
    g += x * weights[w + 6];
    h += x * weights[w + 7];
  }
  sums[0] = a;
  sums[1] = b;
  sums[2] = c;
  sums[3] = d;
  sums[4] = e;
  sums[5] = f;
  sums[6] = g;
  sums[7] = h;
}
