// Regular expressions of documents: in which mode they are valid, and whether hostile text could make them run for ever.

/** The flags that a pattern needs: Unicode where it is valid so, none for older syntax; undefined when it is neither. */
export const patternFlags = (source: string): "u" | "" | undefined => {
  for (const flags of ["u", ""] as const) {
    try {
      new RegExp(source, flags);
      return flags;
    } catch {
      continue;
    }
  }
  return undefined;
};

const unbounded = /^(?:[*+]|\{\d+,\})/;

/** A repetition inside a repetition, such as `(a+)+`: the time such a pattern takes can double with each character. */
export const isSlowPattern = (source: string): boolean => {
  const open: boolean[] = [false];
  const token = /\\.|\[(?:[^\]\\]|\\.)*\]|\(\??(?:[:=!]|<[=!]|<\w+>)?|\)|[*+]|\{\d+,\}|[^]/g;
  for (let match = token.exec(source); match !== null; match = token.exec(source)) {
    const word = match[0];
    if (word.startsWith("(")) open.push(false);
    else if (word === ")") {
      const repeats = open.pop() ?? false;
      const isRepeated = unbounded.test(source.slice(token.lastIndex));
      if (repeats && isRepeated) return true;
      if (repeats || isRepeated) open[open.length - 1] = true;
    } else if (unbounded.test(word)) open[open.length - 1] = true;
  }
  return false;
};
