// The name under which something steps aside until what replaces it is there, or waits beside it until it may take its place.

const bytes = (text: string): number => new TextEncoder().encode(text).length;

/** As many whole characters as fit. */
const cut = (text: string, most: number): string => {
  let fits = "";
  for (const character of text) {
    if (bytes(fits + character) > most) break;
    fits += character;
  }
  return fits;
};

/** PostgreSQL cuts names at 63 bytes: long ones that begin alike are told apart by a hash of the whole. */
const withEnding = (name: string, ending: string): string => {
  const room = 63 - ending.length;
  if (bytes(name) <= room) return `${name}${ending}`;
  const hash = new Bun.CryptoHasher("sha256").update(name).digest("hex").slice(0, 8);
  return `${cut(name, room - hash.length - 1)}_${hash}${ending}`;
};

export const asideName = (name: string): string => withEnding(name, "__before");

export const besideName = (name: string): string => withEnding(name, "__after");
