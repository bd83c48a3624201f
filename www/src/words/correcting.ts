import type { FileTrouble } from "../marks/file";
import { oklchOf, type Rgb } from "../picture/oklch";
import { plural } from "./measure";

/** Hues by name, each up to so many degrees. */
const HUES: [number, string][] = [[15, "pink"], [45, "red"], [80, "orange"], [118, "yellow"], [165, "green"], [215, "teal"], [275, "blue"], [318, "violet"], [345, "purple"], [361, "pink"]];

/** What a colour is called. */
export function colorWords(rgb: Rgb): string {
  const { chroma, hue } = oklchOf(rgb);
  if (chroma < 0.02) return "grey";
  const name = HUES.find(([end]) => hue < end)![1];
  return chroma < 0.07 ? `pale ${name}` : chroma > 0.16 ? `strong ${name}` : name;
}

/** Where a place is, in a person's numbers. */
function placeWords(x: number, y: number): string {
  return `${Math.round(100 * x)} % across, ${Math.round(100 * y)} % down`;
}

const TROUBLES: Record<Exclude<FileTrouble["what"], "wrong-mark">, string> = {
  "not-json": "This file cannot be read: it is no file of marks, or was cut short.",
  "not-marks": "This is no file of marks. One is saved by “Save marks”.",
  newer: "This file of marks comes from a later version, which this page does not understand.",
  "too-many": "This file has more marks than anybody sets by hand, and is left alone.",
};

/** What is said where colours are corrected. */
export const correctingWords = {
  title: "Correct colours",
  hint: {
    pointing: "Click where a colour is wrong, then choose the right one. It holds through the whole shot.",
    photo: "Click where a colour is wrong, then choose the right one.",
    keeping: "What looks alike may take it on: where a colour is right, click and choose “Keep the colour here”.",
    keys: "Arrow keys move the cross on the picture, Enter sets a mark, Tab goes from mark to mark. On a mark, arrow keys move it, Enter opens its colours, Delete removes it.",
  },
  picture: "Picture. Arrow keys move the cross, Enter sets a mark.",
  reference: "Photo to take colours from. Arrow keys move the cross, Enter takes the colour.",
  tools: { label: "Tool", point: "Point", brush: "Brush", size: "Brush size" },
  own: {
    kept: "This shot keeps its own colours. Marks take effect when it is coloured anew.",
    color: "Colour it all the same",
    colored: "This shot is coloured now, with your marks.",
  },
  moment: "Moment",
  undo: "Undo",
  redo: "Redo",
  save: "Save marks",
  load: "Load marks…",
  photo: "Colours from a photo…",
  match: "Take over what it shows of this",
  noPhoto: "Put the photo away",
  clear: "Remove all marks",
  done: "Done",
  palette: {
    label: "Colours for this place",
    keep: "Keep the colour here",
    looking: "Looking for likely colours…",
    likely: "Likely here",
    others: "In the other colourings",
    recent: "Used before",
    own: "Any colour",
    hue: "Hue",
    strength: "Strength",
    dropper: "From the picture…",
    grey: "No colour",
    remove: "Remove",
    close: "Close",
  },
  mark: (number: number, color: string, x: number, y: number) => `Mark ${number}, ${color}, at ${placeWords(x, y)}`,
  newMark: (x: number, y: number) => `New mark at ${placeWords(x, y)}. Choose its colour.`,
  cross: (x: number, y: number) => placeWords(x, y),
  colored: (color: string) => `Now ${color}.`,
  shown: "The picture shows it.",
  moved: (x: number, y: number) => `Moved to ${placeWords(x, y)}.`,
  removed: "Mark removed.",
  undone: (count: number) => `Taken back. ${plural(count, "mark")}.`,
  redone: (count: number) => `Done again. ${plural(count, "mark")}.`,
  nothingToUndo: "There is nothing to take back.",
  nothingToRedo: "There is nothing to do again.",
  dropper: "Click where the colour is, in the picture at any moment or in a photo. Escape gives it up.",
  taken: (color: string) => `Taken: ${color}.`,
  following: (share: number) => `Following the marks through the shot: ${Math.round(100 * share)} %`,
  matching: "Looking for what the photo and the picture have in common…",
  matched: (count: number) => (count === 0 ? "The photo shows nothing of this picture for certain." : `${plural(count, "colour")} taken from the photo.`),
  count: (count: number) => (count === 0 ? "No marks yet." : `${plural(count, "mark")}.`),
  loaded: (count: number) => `${plural(count, "mark")} loaded.`,
  beyond: (count: number) => ` ${plural(count, "mark")} lay beyond the end and ${count === 1 ? "was" : "were"} left out.`,
  trouble: (trouble: FileTrouble) =>
    trouble.what === "wrong-mark" ? `Mark ${trouble.number} of this file is damaged, so none of it was taken over.` : TROUBLES[trouble.what],
  otherFile: "Here the page takes a photo to take colours from, or a file of marks.",
  momentUnreadable: "The picture cannot be read at this moment. Choose another.",
  photoUnreadable: "This photo cannot be read. Save it as JPEG, PNG or WebP, and choose that.",
};
