// Which profile fits: the ranking of all, the best candidate, and the smallest change that would make it another.
import type { AnswerKey, Answers } from "./answers.ts";
import { answerText, patterns, sensitivities } from "./answers.ts";
import type { Fit } from "./criteria.ts";
import { fitOf, isCandidate, isClose, ranked, scoreOf, shapeOf } from "./criteria.ts";
import type { Flip } from "./decision.ts";
import { tripped } from "./kills.ts";
import type { Profile } from "./profile.ts";

export interface Choice {
  /** Every profile, best first. */
  readonly fits: readonly Fit[];
  readonly best: Fit | undefined;
  readonly runnerUp: Fit | undefined;
}

export const choose = (answers: Answers, profiles: readonly Profile[]): Choice => {
  const fits = ranked(profiles.map((profile) => fitOf(answers, profile)));
  const [best, second] = fits.filter(isCandidate);
  const runnerUp = best !== undefined && second !== undefined && isClose(best, second) ? second : undefined;
  return { fits, best, runnerUp };
};

type Wanted = { readonly [Key in AnswerKey]?: (profile: Profile, answers: Answers) => Answers[Key] };

/** The answer nearest to the given one that a profile would meet. Sorted by what a person can change most easily. */
const wanted: Wanted = {
  languagePreference: ({ languages }, { languagePreference: now }) =>
    now === undefined || languages.includes(now) ? now : languages[0],
  needsAdminPanel: ({ bounds }, { needsAdminPanel: now }) =>
    bounds.adminPanel === true ? true : now === true ? false : now,
  platformTeam: ({ bounds }, { platformTeam: now }) => (bounds.platformTeam === true ? true : now),
  teamSize: ({ bounds: { teamMin = 0, teamMax = Infinity } }, { teamSize: now = 0 }) =>
    Math.min(Math.max(now, teamMin), teamMax),
  qpsP99: ({ bounds: { qpsMin = 0 } }, { qpsP99: now = 0 }) => Math.max(now, qpsMin),
  pattern: ({ bounds: { shapes } }, { pattern: now }) =>
    shapes === undefined || (now !== undefined && shapes.includes(shapeOf[now]))
      ? now
      : patterns.find((pattern) => shapeOf[pattern] === shapes[0] && pattern !== "monolith"),
  tenancy: ({ bounds: { tenancies } }, { tenancy: now }) =>
    tenancies === undefined || (now !== undefined && tenancies.includes(now)) ? now : tenancies[0],
  dataSensitivity: ({ bounds: { sensitivityMax } }, { dataSensitivity: now }) =>
    sensitivityMax !== undefined && sensitivities.indexOf(now ?? "public") > sensitivities.indexOf(sensitivityMax)
      ? sensitivityMax
      : now,
};

const subsets = <Item>(items: readonly Item[]): readonly (readonly Item[])[] =>
  items
    .reduce<readonly (readonly Item[])[]>((all, item) => [...all, ...all.map((some) => [...some, item])], [[]])
    .toSorted((a, b) => a.length - b.length);

/** Kills that trip already were overridden by a person, or there would be no choice to change. */
const tripsAnew = (changed: Answers, answers: Answers): boolean => {
  const before = tripped(answers);
  return tripped(changed).some((kill) => !before.includes(kill));
};

/** The smallest set of changed answers that makes `profile` the choice, without tripping another kill. */
const flipTo = (profile: Profile, answers: Answers, profiles: readonly Profile[]): Flip | undefined => {
  const changes = (Object.keys(wanted) as (keyof typeof wanted)[])
    .map((answer) => ({ answer, value: wanted[answer]?.(profile, answers) }))
    .filter(({ answer, value }) => value !== answers[answer]);
  for (const some of subsets(changes)) {
    const changed: Answers = { ...answers, ...Object.fromEntries(some.map(({ answer, value }) => [answer, value])) };
    if (!isCandidate(fitOf(changed, profile))) continue;
    const best = tripsAnew(changed, answers) ? undefined : choose(changed, profiles).best;
    if (best?.profile !== profile) continue;
    return {
      profile: profile.name,
      score: scoreOf(best),
      changes: some.map(({ answer }) => ({
        answer,
        from: answerText(answers, answer),
        to: answerText(changed, answer),
      })),
    };
  }
  return undefined;
};

// Whoever keeps dozens of profiles wants the nearest ones, and an answer at once.
const mostFlips = 10;

/** What would make each other profile the choice, fewest changes first; of many profiles, the nearest. */
export const flips = (answers: Answers, profiles: readonly Profile[], { best, fits }: Choice): readonly Flip[] =>
  fits
    .filter((fit) => fit !== best)
    .slice(0, mostFlips)
    .flatMap(({ profile }) => flipTo(profile, answers, profiles) ?? [])
    .toSorted((a, b) => a.changes.length - b.changes.length);
