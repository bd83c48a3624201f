import type { DeviceReport } from "../protocol";

/** A browser as far as its settings differ. */
export type Browser = "chrome" | "edge" | "firefox" | "safari" | "other";

/** Why the networks do not run on the graphics card. */
export function whyNotWebgpu({ software }: DeviceReport, offered: boolean): string {
  if (software) return `The browser offers no graphics card but a stand-in that draws on the processor (${software}); working on the processor itself is faster.`;
  if (offered) return "This browser has WebGPU, by which a page uses the graphics card, but offers no card.";
  return "This browser does not let the page use the graphics card: WebGPU is missing or switched off.";
}

/** How to switch WebGPU on. */
export const webgpuAdvice: Record<Browser, string> = {
  chrome: "In Chrome, open chrome://settings/system, turn on “Use graphics acceleration when available”, and start Chrome again. On Linux, turn on “Unsafe WebGPU Support” in chrome://flags, too.",
  edge: "In Edge, open edge://settings/system, turn on “Use graphics acceleration when available”, and start Edge again. On Linux, turn on “Unsafe WebGPU Support” in edge://flags, too.",
  firefox: "Firefox has it from version 141 on Windows and from 145 on Macs with Apple's own chips. Elsewhere open about:config, set dom.webgpu.enabled to true, and start Firefox again.",
  safari: "Safari has it from version 26 on. In an earlier one turn on “WebGPU” among the Feature Flags: on a Mac in Safari's menu Develop, on an iPhone or iPad in Settings under Safari, Advanced.",
  other: "A current Chrome, Edge, Firefox or Safari has it.",
};

/** The browser that the visitor uses, by what it calls itself. */
export function browserOf(userAgent: string): Browser {
  if (/Edg(e|A|iOS)?\//.test(userAgent)) return "edge";
  if (/Firefox\/|FxiOS\//.test(userAgent)) return "firefox";
  if (/Chrome\/|CriOS\//.test(userAgent)) return "chrome";
  return /Safari\//.test(userAgent) ? "safari" : "other";
}
