/** As much of WebGPU as is asked here; TypeScript's library does not know it. */
interface Gpu {
  requestAdapter(): Promise<{ isFallbackAdapter?: boolean; info?: Partial<AdapterInfo> } | null>;
}

interface AdapterInfo {
  isFallbackAdapter: boolean;
  vendor: string;
  architecture: string;
  device: string;
  description: string;
}

/** What drivers call themselves that draw on the processor. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|software|basic render/i;

/** The name of the browser's adapter where that is no graphics card but software on the processor; null otherwise. */
export async function softwareAdapter(): Promise<string | null> {
  const { gpu } = navigator as { gpu?: Gpu };
  const adapter = await gpu?.requestAdapter().catch(() => null);
  if (!adapter) return null;
  const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info ?? {};
  const name = [description, device, architecture, vendor].filter(Boolean).join(", ");
  return isFallbackAdapter || adapter.isFallbackAdapter || SOFTWARE.test(name) ? name || "software" : null;
}
