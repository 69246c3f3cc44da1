// The name under which something steps aside until what replaces it is there.

const room = 63 - "__before".length;

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
export const asideName = (name: string): string => {
  if (bytes(name) <= room) return `${name}__before`;
  const hash = new Bun.CryptoHasher("sha256").update(name).digest("hex").slice(0, 8);
  return `${cut(name, room - hash.length - 1)}_${hash}__before`;
};
