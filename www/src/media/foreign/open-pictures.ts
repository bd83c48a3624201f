import type { Clip } from "../clip";
import { readAnimation } from "./animation";
import { clipOf } from "./pictures";
import { readSequence } from "./sequence";

/** Opens a film of pictures: a photo format's animation, or a pack of numbered pictures; null where a file is neither. */
export async function openPictures(file: File, format: string | null): Promise<Clip | null> {
  const pictures = await (format ? readAnimation(file, format) : readSequence(file));
  return pictures && clipOf(file, pictures);
}
