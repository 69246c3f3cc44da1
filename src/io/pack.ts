// Packs text into one line: base64 of zstd, and back.

export const pack = (text: string): string => Bun.zstdCompressSync(Buffer.from(text)).toString("base64");

/** Throws when the line is damaged. */
export const unpack = (packed: string): string => Bun.zstdDecompressSync(Buffer.from(packed, "base64")).toString();
