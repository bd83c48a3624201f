/** The colour space of a clip: what the engine needs to know, and what the written file has to say. */
export interface ClipColor {
  matrix: "bt601" | "bt709" | "bt2020";
  fullRange: boolean;
  /** The planes are G, B, R instead of Y, U, V and have to be converted. */
  rgb: boolean;
  /** Written into the coloured file. */
  written: VideoColorSpaceInit;
}

/** From this height on, a clip that does not name its matrix is taken for HDTV. */
const HD_HEIGHT = 720;

/** Reads a track's colour space; what the file leaves open is filled in by its size, and then written explicitly. */
export function readColor(named: VideoColorSpaceInit, height: number): ClipColor {
  const assumed = height < HD_HEIGHT ? "bt601" : "bt709";
  const rgb = named.matrix === "rgb";
  const matrix = rgb ? assumed : (matrixOf(named.matrix) ?? assumed);
  const fullRange = !rgb && named.fullRange === true;
  const written = {
    primaries: named.primaries ?? (matrix === "bt601" ? "smpte170m" : "bt709"),
    transfer: named.transfer ?? (matrix === "bt601" ? "smpte170m" : "bt709"),
    matrix: rgb || !named.matrix ? (matrix === "bt601" ? "smpte170m" : "bt709") : named.matrix,
    fullRange,
  } as const;
  return { matrix, fullRange, rgb, written };
}

/** The names are WebCodecs' own, some of which TypeScript's library does not know yet. */
function matrixOf(name: string | null | undefined): ClipColor["matrix"] | null {
  switch (name) {
    case "bt470bg":
    case "smpte170m":
      return "bt601";
    case "bt709":
      return "bt709";
    case "bt2020-ncl":
      return "bt2020";
    default:
      return null;
  }
}
