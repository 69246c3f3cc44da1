// Reads a tar archive (POSIX ustar, short names) held in memory, without copying its content.

export interface TarEntry {
  readonly path: string;
  readonly folder: boolean;
  readonly mode: number;
  /** A view into the archive. */
  readonly content: Uint8Array;
}

const block = 512;
const decoder = new TextDecoder();

const textAt = (archive: Uint8Array, start: number, length: number): string => {
  const field = archive.subarray(start, start + length);
  const end = field.indexOf(0);
  return decoder.decode(end < 0 ? field : field.subarray(0, end));
};

const octalAt = (archive: Uint8Array, start: number, length: number): number =>
  Number.parseInt(textAt(archive, start, length).trim() || "0", 8);

export function* tarEntries(archive: Uint8Array): Generator<TarEntry> {
  for (let at = 0; at + block <= archive.length;) {
    const path = textAt(archive, at, 100);
    if (path === "") return;
    const size = octalAt(archive, at + 124, 12);
    const content = archive.subarray(at + block, at + block + size);
    // Type flag "5" is a directory (POSIX.1-2001, pax(1)).
    yield { path, folder: archive[at + 156] === 0x35, mode: octalAt(archive, at + 100, 8), content };
    at += block + Math.ceil(size / block) * block;
  }
}
