// A workload from a file of statements; a comment before one may say how often it runs: -- calls: 1200 mean: 3.5ms
import { Fault } from "../../kernel/fault.ts";
import { codeFrame } from "../../kernel/frame.ts";
import { piecesOf } from "../lexer.ts";
import { linesOf } from "../positions.ts";
import { stripPsql } from "../psql.ts";
import type { ParseSql } from "../tree.ts";
import type { Observation } from "./collect.ts";
import { collect } from "./collect.ts";
import type { Workload } from "./model.ts";

const figure = (comment: string, name: string): number | undefined => {
  const match = new RegExp(`\\b${name}\\s*[:=]\\s*([\\d][\\d_,.]*)\\s*(ms|s)?`, "i").exec(comment);
  if (match === null) return undefined;
  const value = Number((match[1] ?? "").replace(/[_,]/g, ""));
  if (!Number.isFinite(value)) return undefined;
  return match[2]?.toLowerCase() === "s" ? value * 1000 : value;
};

const commentsIn = (text: string): string =>
  [...piecesOf(text)]
    .filter(({ kind }) => kind === "comment")
    .map(({ start, end }) => text.slice(start, end))
    .join(" ");

/** `before` is what stands between the statement and the one before it. */
const observed = (before: string, text: string): Observation => {
  const comments = `${commentsIn(before)} ${commentsIn(text)}`;
  const [meanMs, rows] = [figure(comments, "mean"), figure(comments, "rows")];
  return {
    sql: text.trim(),
    calls: Math.max(1, figure(comments, "calls") ?? 1),
    ...(meanMs === undefined ? {} : { meanMs }),
    ...(rows === undefined ? {} : { rows }),
  };
};

/** Statements separated by semicolons. Throws a Fault with the place of what cannot be parsed. */
export const workloadOfFile = (path: string, text: string, parse: ParseSql): Workload => {
  const { text: sql } = stripPsql(text);
  const result = parse(sql);
  if (result.kind === "error") {
    const at = linesOf(sql)(result.index);
    throw new Fault("input.syntax", result.message, {
      at: { kind: "file", path, ...at },
      frame: codeFrame(text, at.line, at.column),
      help: "a workload is a file of SQL statements, or a PostgreSQL log with durations",
    });
  }
  const statements = result.statements.map(({ start, end }, i) =>
    observed(sql.slice(result.statements[i - 1]?.end ?? 0, start), sql.slice(start, end)),
  );
  const counted = /--.*\bcalls\s*[:=]/i.test(text);
  const gaps = [
    ...(statements.length === 0 ? ["the file holds no statement"] : []),
    ...(counted || statements.length === 0
      ? []
      : ["nothing says how often each statement runs: each counts once (say it with a comment: -- calls: 1200)"]),
  ];
  return collect(statements, parse, { source: path, kind: "file", gaps });
};
