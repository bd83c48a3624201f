/** The names of what is looked for in Exif: which way is up, and the offsets of further directories. */
const ORIENTATION = 0x0112;

/**
 * Exif's TIFF block for a picture that stands upright, as a browser gives it: without turn, and without its small picture, which is
 * not coloured. A block that is damaged is given up.
 */
export function uprightExif(tiff: Uint8Array): Uint8Array | null {
  const copy = tiff.slice();
  const view = new DataView(copy.buffer);
  try {
    const order = view.getUint16(0);
    if (order !== 0x4949 && order !== 0x4d4d) return null;
    const little = order === 0x4949;
    const directory = view.getUint32(4, little);
    const entries = view.getUint16(directory, little);
    for (let at = directory + 2; at < directory + 2 + 12 * entries; at += 12) {
      if (view.getUint16(at, little) === ORIENTATION) view.setUint16(at + 8, 1, little);
    }
    view.setUint32(directory + 2 + 12 * entries, 0, little); // the next directory is the small picture's
    return copy;
  } catch {
    return null;
  }
}
