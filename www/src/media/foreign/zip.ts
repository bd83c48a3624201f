import { BlobReader, BlobWriter, configure, ZipReader } from "@zip.js/zip.js/lib/zip-core-custom.js";

// The browser's own decompression does; the page's policy allows no worker from elsewhere.
configure({ useWebWorkers: false });

/** The files in a ZIP by their names, and what unpacks each. */
export async function unzip(file: Blob): Promise<Map<string, () => Promise<Blob>>> {
  const entries = await new ZipReader(new BlobReader(file)).getEntries();
  return new Map(entries.flatMap((entry) => (entry.directory ? [] : [[entry.filename, () => entry.getData(new BlobWriter())]])));
}
