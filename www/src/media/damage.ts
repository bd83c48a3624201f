import { EncodedPacketSink, type EncodedPacket, type InputVideoTrack, type VideoSample } from "mediabunny";
import { named, type Fault } from "../fault";
import { SAME } from "../shots";
import { inTime } from "./patience";
import { keyUpTo, nextKey, samplesFrom } from "./seeking";

type Frames = AsyncGenerator<VideoSample, void, unknown>;

/** A decoder that fails takes frames with it that it had finished: no more than this. */
const HELD = 64;

/**
 * A track's decoded frames. A decoder that fails is replaced by another one at the next key frame, and `passed` hears why; where
 * there is none any more, the last fault is thrown.
 */
export async function* framesPastDamage(
  track: InputVideoTrack, from: number | undefined, to: number, passed: (fault: Fault) => void,
): Frames {
  const latest = { time: -Infinity };
  let key: EncodedPacket | null = null;
  let fault = yield* untilFault(samplesFrom(track, from, to), latest);
  while (fault) {
    if (fault.code !== "decode-failed") throw fault;
    const reached: number | undefined = latest.time > -Infinity ? latest.time : from;
    const held = await atOnce(samplesFrom(track, reached, to), latest);
    yield* each(held);
    if (held.length < HELD) {
      passed(fault);
      key = await keyBehind(track, key, latest.time > -Infinity ? latest.time : from);
      if (!key || key.timestamp >= to) throw fault;
    }
    fault = yield* untilFault(samplesFrom(track, held.length < HELD ? key!.timestamp : latest.time, to), latest);
  }
}

/** Passes on the frames behind the latest one; gives the fault that ends them. */
async function* untilFault(frames: Frames, latest: { time: number }): AsyncGenerator<VideoSample, Fault | null, unknown> {
  try {
    for (;;) {
      const frame = await inTime(frames.next(), "decode-stalled", "the decoder");
      if (frame.done) return null;
      if (frame.value.timestamp <= latest.time + SAME) {
        frame.value.close();
        continue;
      }
      latest.time = frame.value.timestamp;
      yield frame.value;
    }
  } catch (error) {
    return named(error, "decode-failed");
  } finally {
    await frames.return();
  }
}

/** The frames up to the next fault, before it takes them away: nobody works on one while the next is decoded. */
async function atOnce(frames: Frames, latest: { time: number }): Promise<VideoSample[]> {
  const all: VideoSample[] = [];
  for await (const frame of untilFault(frames, latest)) if (all.push(frame) === HELD) break;
  return all;
}

async function* each(frames: VideoSample[]): Frames {
  try {
    for (let frame = frames.shift(); frame; frame = frames.shift()) yield frame;
  } finally {
    for (const frame of frames) frame.close();
  }
}

/** The next key frame behind a time and behind the one that was last gone on with. */
async function keyBehind(track: InputVideoTrack, tried: EncodedPacket | null, time: number | undefined): Promise<EncodedPacket | null> {
  const before = time === undefined ? await new EncodedPacketSink(track).getFirstKeyPacket({ verifyKeyPackets: true }) : await keyUpTo(track, time);
  const latest = tried && before && tried.timestamp > before.timestamp ? tried : (before ?? tried);
  return latest && nextKey(track, latest);
}
