// Changes of type on one table, side by side in a plan, as one statement: the table is written anew once, not once for each column.

const name = String.raw`(?:"(?:[^"]|"")*"|[^\s."]+)`;
const retype = new RegExp(
  String.raw`^(ALTER (?:FOREIGN )?TABLE (?:ONLY )?(${name}(?:\.${name})?))\s+(ALTER COLUMN ${name} TYPE [^]*)$`,
);
const column = new RegExp(String.raw`^ALTER COLUMN (${name}) TYPE ([^]*)$`);

const between = ",\n  ";

const joined = (head: string, actions: readonly string[]): string => `${head}\n  ${actions.join(between)}`;

interface Stated {
  readonly statements: readonly string[];
}

interface Placed extends Stated {
  readonly id: string;
  /** What must stand above it. */
  readonly before: ReadonlySet<string>;
}

interface Run {
  readonly head: string;
  readonly actions: readonly string[];
  /** What belongs to the same change and comes after it. */
  readonly rest: readonly string[];
}

const runOf = ({ statements: [first, ...rest] }: Stated): Run | undefined => {
  const [, head, , action] = (first !== undefined && retype.exec(first)) || [];
  return head === undefined || action === undefined ? undefined : { head, actions: [action], rest };
};

/** Those of the runs above `end` that may stand beside it: nothing on the way down waits for them. */
const gatheredAt = <U extends Placed>(units: readonly U[], end: number): readonly U[] => {
  const head = runOf(units[end] ?? { statements: [] })?.head;
  if (head === undefined) return units;
  const [order, group] = [units.slice(0, end), [...units.slice(end, end + 1)]];
  for (let at = order.length - 1; at >= 0; at--) {
    const one = order[at];
    const run = one === undefined ? undefined : runOf(one);
    if (one === undefined || run?.head !== head) continue;
    const waits = ({ before }: U): boolean => before.has(one.id);
    const isLast = run.rest.length > 0;
    if (order.slice(at + 1).some(waits) || group.some(waits)) continue;
    // Only the last of a statement's changes can have something of its own behind it.
    if (isLast && group.some((other) => (runOf(other)?.rest.length ?? 0) > 0)) continue;
    order.splice(at, 1);
    if (isLast) group.push(one);
    else group.unshift(one);
  }
  return [...order, ...group, ...units.slice(end + 1)];
};

/** Changes of type on one table beside each other, as far down as the last of them, where nothing between needs them earlier. */
export const gathered = <U extends Placed>(units: readonly U[]): readonly U[] => {
  let order = units;
  const seen = new Set<string>();
  for (let at = units.length - 1; at >= 0; at--) {
    const head = runOf(order[at] ?? { statements: [] })?.head;
    if (head === undefined || seen.has(head)) continue;
    seen.add(head);
    order = gatheredAt(order, at);
  }
  return order;
};

/** Every step stays, with what it may do; the statement of several stands with the last of them. */
export const withOneRewrite = <S extends Stated>(steps: readonly S[]): readonly S[] => {
  const found: S[] = [];
  let open: Run | undefined;
  for (const step of steps) {
    const run = runOf(step);
    const last = found.at(-1);
    if (run === undefined || last === undefined || open?.head !== run.head || open.rest.length > 0) {
      found.push(step);
      open = run;
      continue;
    }
    open = { ...run, actions: [...open.actions, ...run.actions] };
    found[found.length - 1] = { ...last, statements: [] };
    found.push({ ...step, statements: [joined(open.head, open.actions), ...run.rest] });
  }
  return found;
};

/** The table and the column that PostgreSQL speaks of when it refuses a change of type; undefined for other statements. */
export const retypedColumn = (
  sql: string,
  message: string,
): { readonly table: string; readonly column: string } | undefined => {
  const [, , table, all] = retype.exec(sql) ?? [];
  const actions = (all ?? "").split(between).flatMap((action) => {
    const [, of, type] = column.exec(action) ?? [];
    return of === undefined || type === undefined ? [] : [{ of, type }];
  });
  const wanted = / to (?:type )?(.+)$/.exec(message)?.[1] ?? "";
  const meant =
    actions.find(({ of }) => message.includes(`column ${of.startsWith('"') ? of : `"${of}"`} `)) ??
    actions.find(({ type }) => type.startsWith(wanted)) ??
    actions[0];
  return table === undefined || meant === undefined ? undefined : { table, column: meant.of };
};
