import type { FaultCode } from "../fault";

/** A fault in a person's words. */
export interface Explanation {
  /** What happened, in a few words. */
  title: string;
  /** What happened, in a sentence. */
  what: string;
  /** What to do about it. */
  advice: string;
  /** Whether doing the same again can help. */
  retry: boolean;
}

const ANOTHER = "Choose another clip, or save this one again as MP4, WebM, MOV or MKV.";
const SMALLER = "Try again with a quicker quality, or close other tabs first.";

const EXPLANATIONS: Record<Exclude<FaultCode, "cancelled">, Explanation> = {
  "file-empty": say("This file is empty", "There is not a single byte in it.", "Look whether its copy or download was completed."),
  "file-unknown": say("This is not a video that the page can read", "Whatever its name says, its content is no kind of film that the browser or the added decoder knows.", ANOTHER),
  "photo-unreadable": say("This photo cannot be read", "The browser does not know its format, or its content is damaged.", "Save it again as JPEG, PNG or WebP, and choose that."),
  "photo-too-large": say("This photo is too large", "It has more pixels than a browser can hold in one picture (100 million, or 16384 along a side).", "Choose a smaller copy of it."),
  "file-damaged": say("This file is damaged", "It begins like a video, but the list of what is in it is missing or broken. Copies and downloads that were cut off look like this.", "Copy or download it again, or have a video tool repair it."),
  "file-no-video": say("There is no picture in this file", "It holds sound only.", "Choose a file with moving pictures."),
  "file-unreadable": say("The file cannot be read any more", "It was moved, changed or taken away while the page was reading it.", "Choose it again."),
  "file-protected": say("This film is locked", "It carries a shop's copy protection, and only the player that it was sold for can open it.", "Ask where you bought it for a copy without the protection."),
  "decoder-missing": say("A part of the page did not arrive", "This kind of file needs the added decoder, which is fetched when it is first used, and it could not be loaded.", "Look whether you are online, then try again.", true),
  "decoder-left-out": say("The browser does not read this file", "If it is a film in an older format, it needs the added decoder, and this copy of the page was published without that.", "Convert it to MP4 with H.264, or choose another file."),
  "codec-unsupported": say("This clip cannot be decoded", "Its picture is stored in a way that neither the browser nor the added decoder knows.", "Convert the clip to H.264, VP9 or AV1 with the program that made it."),
  "decode-failed": say("This clip cannot be decoded", "The decoder gave up before the first frame. The file is probably damaged.", ANOTHER),
  "decode-stalled": say("The decoder stopped answering", "The browser's video decoder has given no frame for a minute.", "Try again. If it happens again, the file is probably damaged.", true),
  "link-foreign": say("This address points somewhere else", "It asks for a clip that lies on another host, and this page fetches nothing from anywhere but its own.", "Save that clip on your computer, then choose it here."),
  "link-missing": say("The clip in this address did not arrive", "The address names a clip beside this page, and it could not be fetched.", "Look whether the address is right and whether you are online, then try again.", true),
  "browser-too-old": say("This browser is too old", "The page needs the browser's own video decoder and encoder (WebCodecs), and they are not there.", "Open the page over https or on this computer itself, in a current Chrome, Edge, Firefox or Safari."),
  "encoder-missing": say("This browser cannot write this clip", "It has no video encoder for frames of this size.", "Try another browser."),
  "encode-failed": say("Writing the clip failed", "The browser's video encoder gave up.", "Try again.", true),
  "storage-full": say("There is no room left on this disk", "The coloured clip did not fit into the space that the browser has.", "Free some space, then try again.", true),
  "storage-cleared": say("What was coloured is gone", "The browser's data of this page was cleared while the clip was being coloured, and what was finished of it with that.", "Try again: it is coloured from its beginning.", true),
  "own-file": say("Your file cannot be written", "The browser may not write to the file that you chose, or there is no room for it on its disk.", "Choose another place for it, or save the result from the page instead.", true),
  "file-other": say("This is another file", "Its name, its size or its date is not that of the clip that was being coloured.", "Choose that very file, or begin with this one by dropping it on the page."),
  "run-taken": say("Nothing is kept of this run any more", "Another tab has taken it up or forgotten it.", "Look in your other tabs, or begin anew."),
  "page-incomplete": say("A part of the page did not arrive", "The engine could not be loaded.", "Look whether you are online, then try again.", true),
  "worker-failed": say("A part of the page stopped", "It ended without saying why.", "Try again. If that does not help, reload the page.", true),
  "webgpu-missing": say("There is no WebGPU here", "This address asks for the graphics card, and the browser does not offer one.", "Open the page without “device=webgpu” to work on the processor."),
  "device-lost": say("The graphics card was taken away", "The browser or its driver has restarted it.", "Try again.", true),
  "weights-missing": say("The colour model did not arrive", "The page could not fetch what it colours with.", "Look whether you are online, then try again.", true),
  "weights-altered": say("The colour model is not the right one", "What arrived differs from what this page was published with, or was cut short, so it is not used.", "Try again. If it happens again, tell whoever runs this page.", true),
  "weights-unreadable": say("The colour model cannot be read", "It, or the list that describes it, is not in a form that this page understands.", "Reload the page. If it happens again, tell whoever runs it.", true),
  "frame-size": say("This frame size cannot be coloured", "Its frames are too small or too large.", ANOTHER),
  "processing-size": say("This working size does not work", "The networks cannot work at the size that was asked for.", "Choose another working size."),
  "out-of-memory": say("There is not enough memory", "The device has no room for frames at this quality.", "Close other tabs, then try again: where a quicker quality is left, it is chosen now.", true),
  engine: say("The engine stopped", "Something went wrong inside it that should not.", SMALLER, true),
};

function say(title: string, what: string, advice: string, retry = false): Explanation {
  return { title, what, advice, retry };
}

/** The words for a fault. */
export function explain(code: Exclude<FaultCode, "cancelled">): Explanation {
  return EXPLANATIONS[code];
}
