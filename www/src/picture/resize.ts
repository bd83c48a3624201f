/** A plane of another size, by the mean of the four samples around each new one. */
export function resized(codes: Uint8Array, [width, height]: [number, number], [newWidth, newHeight]: [number, number]): Uint8Array {
  const columns = Array.from({ length: newWidth }, (_, x) => place(x, newWidth, width));
  const plane = new Uint8Array(newWidth * newHeight);
  for (let y = 0, at = 0; y < newHeight; y++) {
    const [top, bottom, down] = place(y, newHeight, height);
    for (const [left, right, across] of columns) {
      const above = codes[top * width + left]! * (1 - across) + codes[top * width + right]! * across;
      const below = codes[bottom * width + left]! * (1 - across) + codes[bottom * width + right]! * across;
      plane[at++] = Math.round(above * (1 - down) + below * down);
    }
  }
  return plane;
}

/** Between which two old samples the middle of a new one lies, and how far behind the first. */
function place(at: number, newLength: number, length: number): [before: number, behind: number, share: number] {
  const middle = Math.min(length - 1, Math.max(0, ((at + 0.5) * length) / newLength - 0.5));
  const before = Math.floor(middle);
  return [before, Math.min(length - 1, before + 1), middle - before];
}
