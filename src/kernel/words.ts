// Words: counting nouns, nearest spelling, splitting names, units for people.

/** `plural(1, "table")` is "1 table", `plural(2, "index", "indexes")` is "2 indexes". */
export const plural = (count: number, noun: string, many = `${noun}s`): string =>
  `${count.toLocaleString("en-US")} ${count === 1 ? noun : many}`;

/** "a, b and c". */
export const listed = (words: readonly string[], joiner = "and"): string =>
  words.length < 2 ? (words[0] ?? "") : `${words.slice(0, -1).join(", ")} ${joiner} ${words.at(-1) ?? ""}`;

/** Edits between two words: insert, delete, replace, or swap two neighbours (optimal string alignment). */
export const distance = (a: string, b: string): number => {
  const row = (length: number): number[] => Array.from({ length: length + 1 }, () => 0);
  let before = row(b.length);
  let last = before.map((_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const now = row(b.length);
    now[0] = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min((last[j] ?? 0) + 1, (now[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) best = Math.min(best, (before[j - 2] ?? 0) + 1);
      now[j] = best;
    }
    [before, last] = [last, now];
  }
  return last[b.length] ?? 0;
};

/** The known word nearest to a misspelt one, or undefined when none is near enough to be worth suggesting. */
export const nearest = (word: string, known: readonly string[]): string | undefined => {
  const ranked = known
    .map((candidate) => ({ candidate, edits: distance(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits || (a.candidate < b.candidate ? -1 : 1));
  const best = ranked[0];
  return best !== undefined && best.edits <= Math.max(1, Math.floor(word.length / 3)) ? best.candidate : undefined;
};

/** The words of a name: `getUserByID`, `get-user_by id` both give `get user by id`, lower case. */
export const wordsOf = (name: string): readonly string[] =>
  name
    .normalize("NFKD")
    .replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, "$1 $2")
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, "$1 $2")
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "")
    .map((word) => word.toLowerCase());

/** Milliseconds for people: `0.42 ms`, `12.3 ms`, `4.20 s`. */
export const milliseconds = (value: number): string =>
  value >= 1000 ? `${(value / 1000).toFixed(2)} s` : `${value >= 100 ? value.toFixed(0) : value.toPrecision(3)} ms`;

/** Bytes for people, in powers of 1024: `1.7 MiB`. */
export const bytes = (value: number): string => {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"] as const;
  let unit = 0;
  for (; value >= 1024 && unit < units.length - 1; unit++) value /= 1024;
  return `${unit === 0 ? value.toFixed(0) : value.toFixed(1)} ${units[unit] ?? "B"}`;
};
