// Changes of type on one table, side by side in a plan, as one statement: the table is written anew once, not once for each column.

const name = String.raw`(?:"(?:[^"]|"")*"|[^\s."]+)`;
const retype = new RegExp(
  String.raw`^(ALTER (?:FOREIGN )?TABLE (?:ONLY )?(${name}(?:\.${name})?))\s+(ALTER COLUMN ${name} TYPE [^]*)$`,
);
const column = new RegExp(String.raw`^ALTER COLUMN (${name}) TYPE ([^]*)$`);

const between = ",\n  ";

const joined = (head: string, actions: readonly string[]): string => `${head}\n  ${actions.join(between)}`;

interface Run {
  readonly head: string;
  readonly actions: readonly string[];
}

interface Stated {
  readonly statements: readonly string[];
}

const runOf = ({ statements }: Stated): Run | undefined => {
  const [only] = statements;
  const [, head, , action] = (statements.length === 1 && only !== undefined && retype.exec(only)) || [];
  return head === undefined || action === undefined ? undefined : { head, actions: [action] };
};

/** Every step stays, with what it may do; the statement of several stands with the last of them. */
export const withOneRewrite = <S extends Stated>(steps: readonly S[]): readonly S[] => {
  const found: S[] = [];
  let open: Run | undefined;
  for (const step of steps) {
    const run = runOf(step);
    const last = found.at(-1);
    if (run === undefined || open?.head !== run.head || last === undefined) {
      found.push(step);
      open = run;
      continue;
    }
    open = { head: run.head, actions: [...open.actions, ...run.actions] };
    found[found.length - 1] = { ...last, statements: [] };
    found.push({ ...step, statements: [joined(open.head, open.actions)] });
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
