// A schema of any number of tables, as an application grows one, and the same schema after a release's worth of changes.
const kinds = [
  "order",
  "invoice",
  "customer",
  "shipment",
  "product",
  "ticket",
  "session",
  "payment",
  "project",
  "report",
];
const statuses = ["draft", "open", "paid", "sent", "closed"];

/** Small numbers that look random and are the same each time. */
const pick = (seed: number, below: number): number => ((seed * 2654435761 + 40503) >>> 7) % below;

const tableName = (n: number): string => `${kinds[n % kinds.length] ?? "item"}s_${n}`;

const shared = [
  "CREATE DOMAIN money_amount AS numeric(12,2) CONSTRAINT money_amount_not_negative CHECK (VALUE >= 0);",
  "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.updated_at := now(); RETURN NEW; END $$;",
  "CREATE SEQUENCE document_numbers START 1000;",
];

const enumOf = (n: number, values = statuses): string =>
  `CREATE TYPE status_${n} AS ENUM (${values.map((value) => `'${value}'`).join(", ")});`;

const parentsOf = (n: number): readonly number[] =>
  n === 0 ? [] : [...new Set([pick(n, n), pick(n * 7 + 1, n), pick(n * 13 + 2, n)])].slice(0, 1 + (n % 3));

/** What a release changes in one table: lines taken out, put in, or replaced, and statements after it. */
interface Edit {
  readonly drop?: readonly string[];
  readonly replace?: Readonly<Record<string, string>>;
  readonly add?: readonly string[];
  readonly after?: readonly string[];
  readonly without?: RegExp;
}

const columnsOf = (n: number): readonly string[] => {
  const name = tableName(n);
  const enumName = `status_${Math.floor(n / 10)}`;
  return [
    "id bigint GENERATED ALWAYS AS IDENTITY",
    ...parentsOf(n).map((_, i) => `parent_${i}_id bigint${i === 0 ? " NOT NULL" : ""}`),
    "code character varying(40) NOT NULL",
    "title text NOT NULL",
    "note text",
    `status ${enumName} DEFAULT 'draft'::${enumName} NOT NULL`,
    "amount money_amount DEFAULT 0 NOT NULL",
    "quantity integer DEFAULT 1 NOT NULL",
    ...(n % 4 === 0 ? ["details jsonb DEFAULT '{}'::jsonb NOT NULL", "tags text[]"] : []),
    ...(n % 5 === 0 ? ["total numeric GENERATED ALWAYS AS ((amount)::numeric * (quantity)::numeric) STORED"] : []),
    ...(n % 6 === 0 ? ["token uuid DEFAULT gen_random_uuid() NOT NULL"] : []),
    "created_at timestamp with time zone DEFAULT now() NOT NULL",
    "updated_at timestamp with time zone DEFAULT now() NOT NULL",
    `CONSTRAINT ${name}_pkey PRIMARY KEY (id)`,
    `CONSTRAINT ${name}_code_key UNIQUE (code)`,
    `CONSTRAINT ${name}_quantity_check CHECK (quantity > 0)`,
    ...parentsOf(n).map(
      (parent, i) =>
        `CONSTRAINT ${name}_parent_${i}_fkey FOREIGN KEY (parent_${i}_id) REFERENCES ${tableName(parent)}(id)${i === 0 ? " ON DELETE CASCADE" : ""}`,
    ),
  ];
};

const besidesOf = (n: number): readonly string[] => {
  const name = tableName(n);
  return [
    ...parentsOf(n).map((_, i) => `CREATE INDEX ${name}_parent_${i}_idx ON ${name} (parent_${i}_id);`),
    `CREATE INDEX ${name}_open_idx ON ${name} (created_at DESC) WHERE (status = 'open');`,
    ...(n % 3 === 0 ? [`CREATE INDEX ${name}_title_idx ON ${name} (lower(title)) INCLUDE (amount);`] : []),
    ...(n % 4 === 0 ? [`CREATE INDEX ${name}_details_idx ON ${name} USING gin (details jsonb_path_ops);`] : []),
    `COMMENT ON TABLE ${name} IS 'What is known of ${name}';`,
    `COMMENT ON COLUMN ${name}.code IS 'As customers see it';`,
    ...(n % 2 === 0
      ? [`CREATE TRIGGER ${name}_touch BEFORE UPDATE ON ${name} FOR EACH ROW EXECUTE FUNCTION touch();`]
      : []),
    ...(n % 8 === 0
      ? [
          `CREATE VIEW open_${name} AS SELECT id, code, title, amount, created_at FROM ${name} WHERE status = 'open';`,
          `COMMENT ON VIEW open_${name} IS 'Open ones of ${name}';`,
        ]
      : []),
    ...(n % 10 === 0
      ? [
          `CREATE FUNCTION count_${name}(wanted status_${Math.floor(n / 10)}) RETURNS bigint LANGUAGE sql STABLE AS $$ SELECT count(*) FROM ${name} WHERE status = wanted $$;`,
        ]
      : []),
    ...(n % 16 === 0
      ? [
          `ALTER TABLE ${name} ENABLE ROW LEVEL SECURITY;`,
          `CREATE POLICY ${name}_small ON ${name} FOR SELECT USING ((amount)::numeric < (1000)::numeric);`,
        ]
      : []),
    ...(n % 30 === 0
      ? [`CREATE MATERIALIZED VIEW totals_${name} AS SELECT status, count(*) AS n FROM ${name} GROUP BY status;`]
      : []),
  ];
};

const tableText = (n: number, { drop = [], replace = {}, add = [], after = [], without }: Edit = {}): string => {
  const word = (line: string): string => line.split(" ")[0] ?? "";
  const kept = columnsOf(n)
    .filter((line) => !drop.some((one) => line.startsWith(`${one} `) || line.includes(`CONSTRAINT ${one} `)))
    .map((line) => replace[word(line)] ?? line);
  const constraint = kept.findIndex((line) => line.startsWith("CONSTRAINT "));
  const lines = [...kept.slice(0, constraint), ...add, ...kept.slice(constraint)];
  const besides = besidesOf(n).filter((sql) => without?.test(sql) !== true);
  return [`CREATE TABLE ${tableName(n)} (\n  ${lines.join(",\n  ")}\n);`, ...besides, ...after].join("\n");
};

/** Which table is edited how: spread over all of them, on multiples of `of` where tables have views, policies and so on. */
const editsOf = (tables: number): { readonly edits: ReadonlyMap<number, Edit>; readonly gone: number } => {
  const step = (i: number): number => Math.max(2, Math.floor((tables * (i + 1)) / 26));
  const edits = new Map<number, Edit>();
  const edit = (i: number, one: (name: string, n: number) => Edit, of = 1): void => {
    const n = Math.floor(step(i) / of) * of;
    const free = edits.has(n) ? n + of : n;
    edits.set(free, one(tableName(free), free));
  };
  edit(0, () => ({ add: ["approved_at timestamp with time zone"] }));
  edit(1, () => ({ add: ["priority integer DEFAULT 3 NOT NULL"] }));
  edit(2, () => ({ drop: ["note"] }));
  edit(3, () => ({ replace: { code: "code character varying(80) NOT NULL" } }));
  edit(4, () => ({ replace: { quantity: "quantity bigint DEFAULT 1 NOT NULL" } }));
  edit(5, () => ({ replace: { note: "note text DEFAULT ''::text NOT NULL" } }));
  edit(6, (name) => ({ after: [`CREATE INDEX ${name}_updated_idx ON ${name} (updated_at);`] }));
  edit(7, () => ({ without: /_open_idx ON/ }));
  edit(8, (name) => ({ add: [`CONSTRAINT ${name}_title_check CHECK ((length(title) > 0))`] }));
  edit(9, (name) => ({ add: [`CONSTRAINT ${name}_title_key UNIQUE (title, created_at)`] }));
  edit(10, (name) => ({
    add: ["owner_id bigint", `CONSTRAINT ${name}_owner_fkey FOREIGN KEY (owner_id) REFERENCES ${tableName(0)}(id)`],
    after: [`CREATE INDEX ${name}_owner_idx ON ${name} (owner_id);`],
  }));
  edit(11, (name) => ({ after: [`COMMENT ON COLUMN ${name}.title IS 'Shown to everybody';`] }));
  edit(
    12,
    (name) => ({
      without: /CREATE VIEW|COMMENT ON VIEW/,
      after: [
        `CREATE VIEW open_${name} AS SELECT id, code, title, amount, created_at, updated_at FROM ${name} WHERE status = 'open' AND quantity > 1;`,
      ],
    }),
    8,
  );
  edit(
    13,
    (name, n) => ({
      without: /CREATE FUNCTION/,
      after: [
        `CREATE FUNCTION count_${name}(wanted status_${n / 10}) RETURNS bigint LANGUAGE sql STABLE AS $$ SELECT count(*) FROM ${name} WHERE status = wanted AND quantity > 0 $$;`,
      ],
    }),
    10,
  );
  edit(
    14,
    (name) => ({
      without: new RegExp(`^CREATE POLICY ${name}_small`),
      after: [`CREATE POLICY ${name}_all ON ${name} USING (true);`],
    }),
    16,
  );
  edit(15, () => ({ replace: { title: "title character varying(200) NOT NULL" } }), 8);
  edit(16, () => ({ replace: { amount: "amount money_amount DEFAULT 1 NOT NULL" } }));
  edit(17, (name) => ({
    after: [`CREATE TRIGGER ${name}_touch_too BEFORE INSERT ON ${name} FOR EACH ROW EXECUTE FUNCTION touch();`],
  }));
  edit(18, (name) => ({ drop: [`${name}_quantity_check`] }));
  edit(19, () => ({ replace: { tags: "tags character varying(20)[]" } }), 4);
  edit(20, (name) => ({ after: [`CREATE INDEX ${name}_code_lower_idx ON ${name} (lower((code)::text));`] }));
  edit(21, (name) => ({ without: new RegExp(`COMMENT ON TABLE ${name} `) }));
  return { edits, gone: tables - 1 };
};

/** The schema before. */
export const schemaBefore = (tables: number): string => {
  const enums = Array.from({ length: Math.ceil(tables / 10) }, (_, i) => enumOf(i));
  const made = Array.from({ length: tables }, (_, n) => tableText(n));
  return `${[...shared, ...enums, ...made].join("\n\n")}\n`;
};

/** The schema after: two dozen changes of many kinds; the last table is gone, a new one is there, and an enum has a value more. */
export const schemaAfter = (tables: number): string => {
  const { edits, gone } = editsOf(tables);
  const enums = Array.from({ length: Math.ceil(tables / 10) }, (_, i) =>
    enumOf(i, i === 1 ? [...statuses, "archived"] : statuses),
  );
  const made = Array.from({ length: tables }, (_, n) => n)
    .filter((n) => n !== gone)
    .map((n) => tableText(n, edits.get(n)));
  const fresh = [
    "CREATE TABLE audit_entries (",
    "  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,",
    `  subject_id bigint NOT NULL REFERENCES ${tableName(0)}(id),`,
    "  happened_at timestamp with time zone DEFAULT now() NOT NULL",
    ");",
    "CREATE INDEX audit_entries_subject_idx ON audit_entries (subject_id);",
  ];
  return `${[...shared, ...enums, ...made, fresh.join("\n")].join("\n\n")}\n`;
};

if (import.meta.main) {
  const [folder = ".", ...sizes] = process.argv.slice(2);
  for (const size of sizes.map(Number)) {
    await Bun.write(`${folder}/before-${size}.sql`, schemaBefore(size));
    await Bun.write(`${folder}/after-${size}.sql`, schemaAfter(size));
  }
}
