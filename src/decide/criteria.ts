// What a profile is scored by: one line per bound, with its weight.
//
// The score is the weight of the answers a profile meets over the weight of all answers given, and the divisor is the
// same for every profile. An answer that a profile sets no bound on is met: a team of any size fits a profile that
// names no largest team, and a load of any size one that names no smallest load. This is the reading under which the
// documented example scores exactly 1 for node-express, although its load of 50 requests/s meets no bound there, while
// fastapi-python loses the language alone (10 of 11: the runner-up, since the declared order puts it before
// django-monolith, which loses the same). The wish for an admin panel is no bound in that sense: a profile without one
// does not meet it, and a profile made for those who need one does not meet "no".
import { plural } from "../kernel/words.ts";
import type { AnswerKey, Answers, Pattern } from "./answers.ts";
import { answerText, sensitivities } from "./answers.ts";
import type { Profile, Shape } from "./profile.ts";

/** What a profile says to one answer. `bound` is its side in words. */
export interface Judgement {
  readonly state: "met" | "unbounded" | "violated";
  readonly bound: string;
}

export interface Criterion {
  readonly id: string;
  readonly answer: AnswerKey;
  readonly weight: number;
  /** A profile that violates it is never a fit, whatever its score. */
  readonly decisive: boolean;
  /** Undefined when the answer was not given. */
  judge(answers: Answers, profile: Profile): Judgement | undefined;
}

const judged = (bound: string | undefined, holds: boolean): Judgement =>
  bound === undefined ? { state: "unbounded", bound: "any" } : { state: holds ? "met" : "violated", bound };

const criterion = <Key extends AnswerKey>(
  id: string,
  answer: Key,
  weight: number,
  decisive: boolean,
  judge: (given: Answers[Key] & {}, profile: Profile) => Judgement,
): Criterion => ({
  id,
  answer,
  weight,
  decisive,
  judge: (answers, profile) => {
    const given = answers[answer];
    return given === undefined ? undefined : judge(given, profile);
  },
});

/** The shape that each pattern asks for. */
export const shapeOf: Readonly<Record<Pattern, Shape>> = {
  monolith: "modular-monolith",
  "modular-monolith": "modular-monolith",
  "domain-bounded-services": "domain-bounded-services",
  microservices: "extracted-service",
  serverless: "serverless",
};

const amount = (limit: number, noun: string): string =>
  noun === "engineer" ? plural(limit, noun) : `${limit.toLocaleString("en-US")} ${noun}`;
const atMost = (limit: number | undefined, noun: string): string | undefined =>
  limit === undefined ? undefined : `at most ${amount(limit, noun)}`;
const atLeast = (limit: number | undefined, noun: string): string | undefined =>
  limit === undefined ? undefined : `at least ${amount(limit, noun)}`;
const oneOf = (values: readonly string[] | undefined): string | undefined => values?.join(" or ");

export const criteria: readonly Criterion[] = [
  criterion("team-min", "teamSize", 2, true, (size, { bounds: { teamMin } }) =>
    judged(atLeast(teamMin, "engineer"), size >= (teamMin ?? 0)),
  ),
  criterion("team-max", "teamSize", 2, true, (size, { bounds: { teamMax } }) =>
    judged(atMost(teamMax, "engineer"), size <= (teamMax ?? Infinity)),
  ),
  criterion("tenancy", "tenancy", 1.5, true, (tenancy, { bounds: { tenancies } }) =>
    judged(oneOf(tenancies), tenancies?.includes(tenancy) === true),
  ),
  criterion("sensitivity", "dataSensitivity", 1, true, (tier, { bounds: { sensitivityMax } }) =>
    judged(
      sensitivityMax === undefined ? undefined : `at most ${sensitivityMax}`,
      sensitivities.indexOf(tier) <= sensitivities.indexOf(sensitivityMax ?? "regulated"),
    ),
  ),
  criterion("pattern", "pattern", 2, true, (pattern, { bounds }) =>
    judged(oneOf(bounds.shapes), bounds.shapes?.includes(shapeOf[pattern]) === true),
  ),
  criterion("qps-min", "qpsP99", 1.5, false, (qps, { bounds: { qpsMin } }) =>
    judged(atLeast(qpsMin, "requests/s"), qps >= (qpsMin ?? 0)),
  ),
  criterion("platform-team", "platformTeam", 1.5, false, (exists, { bounds: { platformTeam } }) =>
    judged(platformTeam === true ? "a platform team" : undefined, exists),
  ),
  criterion("admin-panel", "needsAdminPanel", 1, false, (needed, { bounds: { adminPanel } }) =>
    needed || adminPanel === true
      ? judged(
          adminPanel === true ? "products that need an admin panel" : "products without an admin panel",
          needed && adminPanel === true,
        )
      : judged(undefined, true),
  ),
  criterion("language", "languagePreference", 1, false, (language, { languages }) =>
    judged(languages.length === 0 ? undefined : oneOf(languages), languages.includes(language)),
  ),
];

/** One answer against one bound, as `--explain` shows it. */
export interface Mark extends Judgement {
  readonly criterion: string;
  readonly answer: AnswerKey;
  readonly given: string;
  readonly weight: number;
  readonly decisive: boolean;
}

/** How well a profile fits: `matched` of `total` weight. */
export interface Fit {
  readonly profile: Profile;
  readonly matched: number;
  readonly total: number;
  readonly marks: readonly Mark[];
}

export const fitOf = (answers: Answers, profile: Profile): Fit => {
  const marks = criteria.flatMap((one): readonly Mark[] => {
    const judgement = one.judge(answers, profile);
    if (judgement === undefined) return [];
    const { id, answer, weight, decisive } = one;
    return [{ criterion: id, answer, given: answerText(answers, answer), weight, decisive, ...judgement }];
  });
  const sum = (of: readonly Mark[]): number => of.reduce((total, { weight }) => total + weight, 0);
  return { profile, matched: sum(marks.filter(({ state }) => state !== "violated")), total: sum(marks), marks };
};

/** Between 0 and 1, to four digits; 0 when nothing was asked. */
export const scoreOf = ({ matched, total }: Fit): number =>
  total === 0 ? 0 : Math.round((matched / total) * 10_000) / 10_000;

export const violations = (fit: Fit): readonly Mark[] => fit.marks.filter(({ state }) => state === "violated");

// Weights are halves, so these products are exact where a quotient of weights would not be.
const enough = ({ matched, total }: Fit): boolean => matched * 10 >= total * 7;

/** No decisive bound violated, and a score of at least 0.7. */
export const isCandidate = (fit: Fit): boolean => enough(fit) && !violations(fit).some(({ decisive }) => decisive);

/** Scores that differ by at most 0.15. Both fits answer the same questions, so their totals are equal. */
export const isClose = (best: Fit, other: Fit): boolean => (best.matched - other.matched) * 20 <= best.total * 3;

const meetsLanguage = (fit: Fit): boolean =>
  fit.marks.some(({ criterion: id, state }) => id === "language" && state === "met");

/** Best first. Equal scores: the profile in the preferred language, then the order in which profiles are declared. */
export const ranked = (fits: readonly Fit[]): readonly Fit[] =>
  fits.toSorted((a, b) => b.matched - a.matched || Number(meetsLanguage(b)) - Number(meetsLanguage(a)));
