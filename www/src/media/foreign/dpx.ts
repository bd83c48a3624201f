import { Fault } from "../../fault";
import { lumaWeights } from "../../picture/matrix";
import { takeFromRgb } from "../own-chroma";
import { Planes } from "../planes";

/** What a picture element holds, by its descriptor: luma, or red, green, blue and perhaps alpha, or these from behind. */
const ORDERS: Record<number, { components: number; rgb: [number, number, number] }> = {
  6: { components: 1, rgb: [0, 0, 0] },
  50: { components: 3, rgb: [0, 1, 2] },
  51: { components: 4, rgb: [0, 1, 2] },
  52: { components: 4, rgb: [3, 2, 1] },
};

/** Whether a file is a DPX picture, as film scanners write (SMPTE 268M). */
export function isDpx(bytes: Uint8Array): boolean {
  return /^(SDPX|XPDS)$/.test(String.fromCharCode(...bytes.subarray(0, 4)));
}

/** A DPX picture of 8, 10 or 16 bits. */
export function readDpx(bytes: Uint8Array, color: Planes["color"]): Planes {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = bytes[0] === 0x58; // the magic number is written in the file's own order
  const [width, height] = [view.getUint32(772, little), view.getUint32(776, little)];
  const [descriptor, bits, packing, encoding] = [bytes[800]!, bytes[803]!, view.getUint16(804, little), view.getUint16(806, little)];
  const order = ORDERS[descriptor];
  const packed = bits === 10 && packing !== 1 && packing !== 2;
  if (!order || encoding !== 0 || packed || ![8, 10, 16].includes(bits)) {
    throw new Fault("codec-unsupported", `DPX: descriptor ${descriptor}, ${bits} bits, packing ${packing}, encoding ${encoding}`);
  }
  const line = { width, components: order.components, bits, padding: packing === 1 ? 2 : 0, little };
  const from = view.getUint32(4, little);
  const stride = strideOf(line, height, view.byteLength - from);
  const [red, green, blue] = lumaWeights(color.matrix);
  const planes = new Planes(width, height, color);
  const scale = 255 / (2 ** bits - 1);
  const rowAt = (y: number) => {
    const component = componentsAt(view, from + y * stride, line);
    return (x: number) => order.rgb.map((at) => scale * component(x * order.components + at)) as [number, number, number];
  };
  for (let y = 0; y < height; y++) {
    const rgbAt = rowAt(y);
    for (let x = 0; x < width; x++) {
      const [r, g, b] = rgbAt(x);
      planes.data[y * width + x] = Math.round(red * r + green * g + blue * b);
    }
  }
  takeFromRgb(planes, (x, y) => rowAt(y)(x), 1);
  return planes;
}

interface Line {
  width: number;
  components: number;
  bits: number;
  /** Bits without meaning below the three components of a word. */
  padding: number;
  little: boolean;
}

/** Lines begin at whole words, but not in the files of every writer. */
function strideOf({ width, components, bits }: Line, height: number, bytes: number): number {
  const count = width * components;
  if (bits === 10) return 4 * Math.ceil(count / 3);
  const tight = (count * bits) / 8;
  const whole = 4 * Math.ceil(tight / 4);
  if (height * tight > bytes) throw new Fault("decode-failed", "DPX: the picture is cut off");
  return height * whole > bytes ? tight : whole;
}

/** What gives a line's components, of 8 or 16 bits or three of 10 bits to a word. */
function componentsAt(view: DataView, at: number, { components, bits, padding, little }: Line): (index: number) => number {
  if (bits === 8) return (index) => view.getUint8(at + index);
  if (bits === 16) return (index) => view.getUint16(at + 2 * index, little);
  return (index) => {
    const inWord = index % 3;
    // Colours stand in a word from above, luma from below.
    const shift = padding + 10 * (components === 1 ? inWord : 2 - inWord);
    return (view.getUint32(at + 4 * Math.floor(index / 3), little) >>> shift) & 1023;
  };
}
