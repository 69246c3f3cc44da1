// Changes lengths and index pages in the embedded server's memory files, so that its planner sees production's sizes.
import type { DiskOrder } from "../../pg/whatif/planner.ts";

/** Emscripten's MEMFS, as far as it is used here: internals of the pinned package, held by the clone's self-test. */
interface MemoryNode {
  contents: Uint8Array;
  usedBytes: number;
}

export interface PatchedDisk {
  lookupPath(path: string): { readonly node: MemoryNode };
  analyzePath(path: string): { readonly exists: boolean };
  writeFile(path: string, content: Uint8Array, options: { readonly canOwn: boolean }): void;
}

const block = 8192;
/** Relations are files of 1 GiB (RELSEG_SIZE, bufpage.h). */
const segment = 131_072;

const node = (disk: PatchedDisk, path: string): MemoryNode => {
  if (!disk.analyzePath(path).exists) disk.writeFile(path, new Uint8Array(0), { canOwn: true });
  return disk.lookupPath(path).node;
};

/** Full segments, then one that is not full: that is where the server stops counting. Later ones are emptied. */
const setLength = (disk: PatchedDisk, path: string, blocks: number): void => {
  const last = Math.floor(blocks / segment);
  for (let at = 0; at <= last; at++) {
    const file = at === 0 ? path : `${path}.${at}`;
    node(disk, file).usedBytes = Math.min(blocks - at * segment, segment) * block;
  }
  for (let at = last + 1; disk.analyzePath(`${path}.${at}`).exists; at++) node(disk, `${path}.${at}`).usedBytes = 0;
};

// Page header (bufpage.h): pd_lower at 12, pd_upper 14, pd_special 16, size and version 18.
const header = (page: DataView, at: number, lower: number, upper: number, special: number): void => {
  page.setUint16(at + 12, lower, true);
  page.setUint16(at + 14, upper, true);
  page.setUint16(at + 16, special, true);
  page.setUint16(at + 18, 0x2004, true);
};

/** An internal page with one downlink, to block `child`, whose key is minus infinity; or an empty leaf. */
const treePage = (page: DataView, at: number, level: number, isRoot: boolean, child: number): void => {
  header(page, at, level > 0 ? 28 : 24, level > 0 ? 8168 : 8176, 8176);
  if (level > 0) {
    // Line pointer: offset, LP_NORMAL, length 8. Tuple: block number, then t_info with INDEX_ALT_TID_MASK and its size.
    page.setUint32(at + 24, 8168 | (1 << 15) | (8 << 17), true);
    page.setUint16(at + 8168, child >>> 16, true);
    page.setUint16(at + 8170, child & 0xffff, true);
    page.setUint16(at + 8172, 0, true);
    page.setUint16(at + 8174, 8 | 0x2000, true);
  }
  // BTPageOpaque (nbtree.h): level at 8, flags at 12 (BTP_LEAF 1, BTP_ROOT 2).
  page.setUint32(at + 8184, level, true);
  page.setUint16(at + 8188, (level === 0 ? 1 : 0) | (isRoot ? 2 : 0), true);
};

/** The first leaf of an index that holds a row or two: the page after its metapage. */
const leafOf = (disk: PatchedDisk, path: string): Uint8Array | undefined => {
  const { contents, usedBytes } = disk.lookupPath(path).node;
  return usedBytes >= 2 * block ? contents.slice(block, 2 * block) : undefined;
};

const btreeMagic = 0x053162;

/** The metapage of an empty index says that there is no root: it gets one, and pages down to a leaf. */
const growTree = (
  disk: PatchedDisk,
  root: string,
  { path, blocks, level, leafOf: donor }: Extract<DiskOrder, { kind: "btree" }>,
): void => {
  const file = disk.lookupPath(path).node;
  const pages = new Uint8Array(block * (level + 2));
  pages.set(file.contents.subarray(0, block));
  const view = new DataView(pages.buffer);
  if (view.getUint32(24, true) !== btreeMagic) throw new Error(`${path} is not the metapage of a btree`);
  // BTMetaPageData: btm_root at 8, btm_level 12, btm_fastroot 16, btm_fastlevel 20.
  for (const at of [32, 40]) view.setUint32(at, 1, true);
  for (const at of [36, 44]) view.setUint32(at, level, true);
  for (let at = 1, height = level; height >= 0; at++, height--) treePage(view, at * block, height, at === 1, at + 1);
  const leaf = donor === undefined ? undefined : leafOf(disk, `${root}/${donor}`);
  if (leaf !== undefined) {
    const at = block * (level + 1);
    pages.set(leaf, at);
    view.setUint16(at + 8188, level > 0 ? 1 : 3, true);
  }
  file.contents = pages;
  file.usedBytes = pages.length;
  setLength(disk, path, Math.max(level + 2, blocks));
};

/** A visibility map whose first block is visible and frozen. */
const visibilityMap = (): Uint8Array => {
  const page = new Uint8Array(block);
  header(new DataView(page.buffer), 0, 24, block, block);
  page[24] = 3;
  return page;
};

/** `root` is the data directory. */
export const patchDisk = (disk: PatchedDisk, root: string, orders: readonly DiskOrder[]): void => {
  for (const order of orders) {
    const path = `${root}/${order.path}`;
    if (order.kind === "length") setLength(disk, path, order.blocks);
    else if (order.kind === "visible") disk.writeFile(`${path}_vm`, visibilityMap(), { canOwn: true });
    else growTree(disk, root, { ...order, path });
  }
};
