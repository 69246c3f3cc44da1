// Texts that look like answers and decide nothing: "later", "it depends", "must scale".

/** These put an answer off wherever they stand. */
const puttingOff = [
  "it (?:all )?depends",
  "tb[adc]",
  "to be (?:determined|decided|defined|announced|confirmed)",
  "to ?do",
  "as (?:needed|required|necessary|appropriate)",
  "not (?:yet )?(?:sure|known|decided|defined|clear)",
  "(?:undecided|undefined|unknown|unclear|unsure)",
  "(?:don'?t|do not|no one|nobody|who) knows?",
  "no idea",
  "we(?:'ll| will) (?:see|decide|figure)",
  "(?:decide|decided|figure|look|see) .*later",
];

/** These are evasive when they are all that is said. */
const alone = [
  "depends(?: on .*)?",
  "later(?: on)?|eventually|soon|asap|at some point|some ?day",
  "maybe|perhaps|possibly",
  "n/?a|none|nothing|no|yes|ok(?:ay)?",
  "whatever(?: works| is needed| you think)?",
  "(?:it )?(?:must|should|needs? to|has to|will) (?:be able to )?scale(?: .*)?",
  "(?:web|internet|planet|google)[ -]scale|scalable",
  "high(?:ly)? (?:availability|available)|always (?:on|up)|zero downtime|no downtime|no data loss",
  "best (?:effort|practices?)|industry standard|state of the art|the (?:usual|default)",
  "(?:a )?lots?(?: of .*)?|unlimited|infinit[ey]|(?:as )?(?:high|low|fast|soon|many|much|little) as possible",
  "(?:very |quite |reasonably )?(?:high|low|fast|slow|big|small|large|many|few|some|enough|good|normal|standard)",
  "(?:the |our |my )?(?:team|devs?|developers?|engineers?|engineering|ops|management|business|company)",
  "we(?: all)?|us|me|every(?:one|body)|some(?:one|body)|any(?:one|body)|no(?:[ -]?one|body)",
];

const anywhere = new RegExp(`(?:^|[^\\p{L}\\p{N}])(?:${puttingOff.join("|")})(?:$|[^\\p{L}\\p{N}])`, "iu");
const whole = new RegExp(`^(?:${[...puttingOff, ...alone].join("|")})$`, "iu");

// An evasion is short; a text that is not may be long enough to keep a pattern busy.
const longest = 300;

const bare = (text: string): string =>
  text
    .slice(0, longest)
    .replaceAll("’", "'")
    .replace(/^[\s\p{P}]+|[\s\p{P}]+$/gu, "");

const longestReason = 2000;

/** Why a reason is none, in words; undefined when it may be one. */
export const emptyReason = (text: string): string | undefined => {
  if (bare(text) === "") return "nothing was said";
  if (whole.test(bare(text))) return `"${text.trim()}" gives no reason`;
  return text.length > longestReason ? `more than ${longestReason} characters are no reason` : undefined;
};

/** Why a text is no answer, in words; undefined when it may be one. */
export const evasion = (text: string): string | undefined => {
  if (bare(text) === "") return text.includes("?") ? "a question is no answer" : "nothing was said";
  if (anywhere.test(bare(text))) return `"${text.trim()}" puts the answer off`;
  return whole.test(bare(text)) ? `"${text.trim()}" names no number, no choice and nobody` : undefined;
};

/** The same where a number is asked for: words without a figure are no number. */
export const numberless = (text: string): string | undefined =>
  evasion(text) ?? (/\d/.test(text) ? undefined : `"${text.trim()}" holds no number`);
