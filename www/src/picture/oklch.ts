/** Red, green and blue of sRGB, each from 0 to 1. */
export type Rgb = [red: number, green: number, blue: number];

/** Oklch: how light, how far from grey (0 to about 0.33), and the hue in degrees. */
export interface Oklch {
  lightness: number;
  chroma: number;
  hue: number;
}

/** How often an interval is halved until what is sought is found: finer than a step of 8 bits. */
const HALVINGS = 14;

export function oklchOf(rgb: Rgb): Oklch {
  const [r, g, b] = rgb.map(linear) as Rgb;
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  const a = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s;
  const c = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s;
  const lightness = 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s;
  return { lightness, chroma: Math.hypot(a, c), hue: ((Math.atan2(c, a) * 180) / Math.PI + 360) % 360 };
}

/** The color of a hue and chroma that has the luma of BT.601 that the picture has; where there is none so far from grey, the nearest to it that there is. */
export function rgbWithLuma(luma: number, chroma: number, hue: number): Rgb {
  const whole = lightAs(luma, chroma, hue);
  if (inGamut(whole)) return clipped(whole);
  const share = boundary((share) => inGamut(lightAs(luma, chroma * share, hue)));
  return clipped(lightAs(luma, chroma * share, hue));
}

/** The luma of BT.601. */
export function lumaOf([red, green, blue]: Rgb): number {
  return 0.299 * red + 0.587 * green + 0.114 * blue;
}

/** The color of a hue and chroma that is as light as the picture; it may lie outside of what a screen shows. */
function lightAs(luma: number, chroma: number, hue: number): Rgb {
  const lightness = boundary((lightness) => lumaOf(rgbOf({ lightness, chroma, hue })) <= luma);
  return rgbOf({ lightness, chroma, hue });
}

function rgbOf({ lightness, chroma, hue }: Oklch): Rgb {
  const [a, b] = [chroma * Math.cos((hue * Math.PI) / 180), chroma * Math.sin((hue * Math.PI) / 180)];
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    gamma(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    gamma(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    gamma(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

/** The largest share, 0 to 1, of which something holds that holds of all smaller ones. */
function boundary(holds: (share: number) => boolean): number {
  let [low, high] = [0, 1];
  for (let halving = 0; halving < HALVINGS; halving++) {
    const middle = (low + high) / 2;
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return low;
}

function inGamut(rgb: Rgb): boolean {
  return rgb.every((value) => value > -0.002 && value < 1.002);
}

function clipped(rgb: Rgb): Rgb {
  return rgb.map((value) => Math.min(1, Math.max(0, value))) as Rgb;
}

function linear(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

/** Below black it goes on in a line, so that what is too dark is seen to be. */
function gamma(value: number): number {
  return value <= 0.0031308 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055;
}
