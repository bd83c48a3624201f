import { Output, VideoSample, VideoSampleSource } from "mediabunny";
import { named } from "../fault";
import type { RunOptions } from "../protocol";
import type { Clip } from "./clip";
import { chooseEncoding, type Encoding } from "./encoding";
import { inTime } from "./patience";
import type { Planes } from "./planes";
import { Sound } from "./sound";
import { openStorage, type Storage } from "./storage";

/** When a frame is shown, and in what proportions: carried from the source frame to the written one. */
export interface Placement {
  timestamp: number;
  duration: number;
  /** Size in square pixels, before rotation. */
  squareWidth: number;
  squareHeight: number;
}

/** The file that a coloured clip is written to: frames as they are finished, with the sound beside them. */
export class OutputFile {
  private constructor(
    private readonly clockStart: number,
    readonly encoding: Encoding,
    private readonly storage: Storage,
    private readonly output: Output,
    private readonly picture: VideoSampleSource,
    readonly sound: Sound,
  ) {}

  /** Opens a file for frames of the given size; the time stamp `clockStart` becomes its zero. */
  static async create(
    clip: Clip, width: number, height: number, options: Pick<RunOptions, "output" | "trim">, clockStart: number,
  ): Promise<OutputFile> {
    const encoding = await chooseEncoding(clip, width, height, options.output);
    const storage = await openStorage();
    const output = new Output({ format: encoding.format, target: storage.target });
    const picture = new VideoSampleSource({
      codec: encoding.codec,
      quality: encoding.quality,
      latencyMode: "quality",
      onEncoderConfig: (config) => {
        // The encoder shares out its bits by the true rate; the track's "rate" below is only its clock.
        config.framerate = clip.report.framesPerSecond || 25;
      },
    });
    output.addVideoTrack(picture, {
      rotation: clip.report.pose.rotation,
      flip: clip.report.pose.flip,
      languageCode: await clip.video.getLanguageCode(),
      // The source's own clock, so that every time stamp is written exactly as it was.
      frameRate: await clip.video.getTimeResolution(),
    });
    const sound = new Sound();
    await sound.addTo(output, clip, options.trim, clockStart);
    await output.start();
    return new OutputFile(clockStart, encoding, storage, output, picture, sound);
  }

  /** Writes one frame; when this is done its planes are free. */
  async add(planes: Planes, placement: Placement): Promise<void> {
    const timestamp = placement.timestamp - this.clockStart;
    const sample = new VideoSample(planes.data, {
      format: "I420",
      codedWidth: planes.width,
      codedHeight: planes.height,
      timestamp,
      duration: placement.duration,
      colorSpace: planes.color.written,
      displayWidth: placement.squareWidth,
      displayHeight: placement.squareHeight,
    });
    try {
      await inTime(this.picture.add(sample), "encode-failed", "the encoder");
      await this.sound.follow(timestamp);
    } catch (error) {
      throw named(error, "encode-failed");
    } finally {
      sample.close();
    }
  }

  /** Completes the file. */
  async finish(name: string, keepEarlier: boolean): Promise<File> {
    try {
      this.picture.close();
      await this.sound.finish();
      await inTime(this.output.finalize(), "encode-failed", "the encoder");
    } catch (error) {
      throw named(error, "encode-failed");
    }
    return this.storage.file(name, this.encoding.format.mimeType, keepEarlier);
  }

  /** Gives the file up and removes what was written. */
  async discard(): Promise<void> {
    await this.sound.stop();
    await this.output.cancel();
    await this.storage.discard();
  }
}
