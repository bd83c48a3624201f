import { EncodedPacketSink, VideoSampleSink, type EncodedPacket, type InputVideoTrack, type VideoSample } from "mediabunny";

/** Whatever a file says of a packet, it is looked into: a decoder begins with true key frames only. */
const VERIFIED = { verifyKeyPackets: true };

/**
 * A track's decoded frames from the one that is shown at a time on.
 *
 * In Matroska without an index, mediabunny 1.61 remembers where clusters begin and looks for a time's key frame from the nearest
 * remembered one on, never before it: where key frames are further apart than clusters it finds none, and `samplesAtTimestamps` gives
 * nothing. (`performClusterLookup` goes back for a cue point without a match, and not for an entry of its `clusterPositionCache`.) With
 * that mended there, this is `new VideoSampleSink(track).samples(from, to)`.
 */
export async function* samplesFrom(track: InputVideoTrack, from: number | undefined, to: number): AsyncGenerator<VideoSample, void, unknown> {
  const sink = new VideoSampleSink(track);
  if (from === undefined || (await new EncodedPacketSink(track).getKeyPacket(from, VERIFIED))) return yield* sink.samples(from, to);
  let shown: VideoSample | null = null;
  try {
    for await (const sample of sink.samples((await lastKeyUpTo(track, from))?.timestamp, to)) {
      if (sample.timestamp <= from) {
        shown?.close();
        shown = sample;
        continue;
      }
      const before = shown;
      shown = null;
      if (before) yield before;
      yield sample;
    }
    const last = shown;
    shown = null;
    if (last) yield last;
  } finally {
    shown?.close();
  }
}

/** The first key frame that is decoded after another one; null at the end. */
export async function nextKey(track: InputVideoTrack, key: EncodedPacket): Promise<EncodedPacket | null> {
  return new EncodedPacketSink(track).getNextKeyPacket(key, VERIFIED);
}

/** The latest key frame up to a time; null where there is none. */
export async function keyUpTo(track: InputVideoTrack, time: number): Promise<EncodedPacket | null> {
  return (await new EncodedPacketSink(track).getKeyPacket(time, VERIFIED)) ?? lastKeyUpTo(track, time);
}

/** Goes from key frame to key frame, from the beginning. */
async function lastKeyUpTo(track: InputVideoTrack, time: number): Promise<EncodedPacket | null> {
  let latest: EncodedPacket | null = null;
  let key = await new EncodedPacketSink(track).getFirstKeyPacket(VERIFIED);
  for (; key && key.timestamp <= time; key = await nextKey(track, key)) latest = key;
  return latest;
}
