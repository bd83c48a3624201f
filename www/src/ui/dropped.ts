/** The files of a drop or a paste, those in folders included. */
export async function dropped(data: DataTransfer): Promise<File[]> {
  // Only now, before anything is waited for, the browser shows what was dropped.
  const entries = [...data.items].map((item) => item.webkitGetAsEntry());
  if (!entries.some((entry) => entry?.isDirectory)) return [...data.files];
  return (await Promise.all(entries.map(async (entry) => (entry ? filesIn(entry) : [])))).flat();
}

async function filesIn(entry: FileSystemEntry): Promise<File[]> {
  if (entry instanceof FileSystemFileEntry) {
    const file = await new Promise<File>((give, fail) => entry.file(give, fail)).catch(() => null);
    return !file || file.name.startsWith(".") ? [] : [file];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const files: File[] = [];
  for (;;) {
    // A reader gives a part of the folder at a time, and in the end none.
    const some = await new Promise<FileSystemEntry[]>((give, fail) => reader.readEntries(give, fail)).catch(() => []);
    if (some.length === 0) return files;
    for (const each of some) files.push(...(await filesIn(each)));
  }
}
