// Reads JUnit XML strictly: what is not well-formed throws. Only as much of XML as such a report may use.

interface Case {
  readonly name: string;
  outcome: "passed" | "failure" | "error";
}

export interface JUnit {
  readonly root: Readonly<Record<string, string>>;
  readonly cases: readonly Case[];
  readonly texts: readonly string[];
}

const known: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"' };

const decoded = (text: string): string => {
  if (/[<]|&(?!(amp|lt|gt|quot);)/.test(text) || text.includes("]]>")) throw new Error(`not well-formed: ${text}`);
  return text.replace(/&(\w+);/g, (_, name: string) => known[name] ?? "");
};

const attributesOf = (text: string): Readonly<Record<string, string>> => {
  const names = new Map<string, string>();
  const rest = text.replace(/\s+([\w:-]+)="([^"]*)"/g, (_, name: string, value: string) => {
    if (names.has(name)) throw new Error(`twice: ${name}`);
    names.set(name, decoded(value));
    return "";
  });
  if (rest.trim() !== "") throw new Error(`not an attribute: ${rest}`);
  return Object.fromEntries(names);
};

export const parseXml = (xml: string): JUnit => {
  const open: string[] = [];
  const cases: Case[] = [];
  const texts: string[] = [];
  let root: Readonly<Record<string, string>> = {};
  let roots = 0;
  let at = xml.indexOf("?>") + 2;
  while (at < xml.length) {
    const start = xml.indexOf("<", at);
    const text = xml.slice(at, start < 0 ? undefined : start);
    texts.push(decoded(text));
    if (open.length === 0 && text.trim() !== "") throw new Error("text outside the root");
    if (start < 0) break;
    const match = /^<(\/?)([\w-]+)((?:\s+[\w:-]+="[^"]*")*)\s*(\/?)>/.exec(xml.slice(start));
    if (match === null) throw new Error(`not a tag: ${xml.slice(start, start + 60)}`);
    const [whole, closing, name = "", given = "", empty] = match;
    at = start + whole.length;
    if (closing === "/") {
      if (open.pop() !== name) throw new Error(`wrong end: ${name}`);
      continue;
    }
    if (open.length === 0) {
      if (roots++ > 0) throw new Error("two roots");
      root = attributesOf(given);
    }
    if (name === "testcase") cases.push({ name: attributesOf(given)["name"] ?? "", outcome: "passed" });
    const last = cases.at(-1);
    if (last !== undefined && (name === "failure" || name === "error")) last.outcome = name;
    attributesOf(given);
    if (empty !== "/") open.push(name);
  }
  if (open.length > 0) throw new Error(`not closed: ${open.join(", ")}`);
  return { root, cases, texts };
};
