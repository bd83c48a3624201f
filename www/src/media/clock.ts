import { EncodedPacketSink, type InputVideoTrack } from "mediabunny";

/** So many frames may be stored in another order than they are shown in. */
const REORDERED = 8;

/**
 * Whether a track's clock begins again within it, as where recordings were put one behind the other. A single time stamp that is wrong is
 * damage.
 */
export async function clockRestarts(video: InputVideoTrack, framesPerSecond: number): Promise<boolean> {
  const most = REORDERED / framesPerSecond;
  let [before, latest]: [number | null, number | null] = [null, null];
  for await (const { timestamp } of new EncodedPacketSink(video).packets(undefined, undefined, { metadataOnly: true })) {
    const wasInTime = before !== null && Math.abs(latest! - before) < most;
    if (wasInTime && timestamp < latest! - most) return true;
    [before, latest] = [latest, timestamp];
  }
  return false;
}
