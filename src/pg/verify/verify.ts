// Runs a chain of migrations: each forth, back and forth again over tables with rows; then all of them back in one go.
import { applyLoosely, applyWay } from "../apply.ts";
import type { Chain, Migration, Way } from "../migrations/model.ts";
import type { Trial, TrialError } from "../trial.ts";
import { emptyAll, fillEmpty, lostIn, readContents, tablesIn, tablesNamed } from "./contents.ts";
import type { Step, Trouble, Unwind, Unwound, Verified } from "./model.ts";
import type { Difference, State } from "./state.ts";
import { Watch, differencesOf } from "./state.ts";

export interface VerifyOptions {
  /** Those that are checked; the others only run. */
  readonly isMeant: (migration: Migration) => boolean;
  /** Rows in the tables. */
  readonly rows: boolean;
  /** All of it back at the end. */
  readonly unwind: boolean;
  progress(line: string): void;
}

/** An empty way back says that there is none. */
export const wayBack = ({ down }: Migration): Way | undefined =>
  down === undefined || down.statements.length === 0 ? undefined : down;

/** Errors that rows may cause: one too many, one that does not fit, one that a script of its own complains about. */
const isAboutRows = ({ sqlstate }: TrialError): boolean => /^(21|22|23)|^P0001$/.test(sqlstate);

/** Real state: where the chain stands. */
class Course {
  readonly #trial: Trial;
  readonly #chain: Chain;
  readonly #watch: Watch;
  readonly #options: VerifyOptions;
  /** A way through the chain is filled anew this often, since reading all there is takes long. */
  readonly #every: number;
  #sinceFilled = 0;
  #filled = 0;
  state: State = new Map();

  constructor(trial: Trial, chain: Chain, options: VerifyOptions) {
    [this.#trial, this.#chain, this.#watch, this.#options] = [trial, chain, new Watch(trial), options];
    this.#every = Math.max(1, Math.ceil(chain.migrations.filter(options.isMeant).length / 12));
  }

  async begin(): Promise<void> {
    this.state = await this.#watch.look();
  }

  async #look(): Promise<State> {
    return (this.state = await this.#watch.look());
  }

  async #apply(way: Way): Promise<Trouble | undefined> {
    const stopped = await applyWay(this.#trial, way, this.#chain.tool);
    return stopped === undefined ? undefined : { ...stopped, way };
  }

  /** Runs a way; where only invented rows stand in the way, they make room. */
  async #run(way: Way, rows: Trouble[]): Promise<Trouble | undefined> {
    const trouble = await this.#apply(way);
    if (trouble === undefined || !isAboutRows(trouble.error) || this.#filled === 0) return trouble;
    await emptyAll(this.#trial, this.state);
    this.#filled = 0;
    const again = await this.#apply(way);
    if (again === undefined) rows.push(trouble);
    return again;
  }

  async #fill(): Promise<void> {
    if (!this.#options.rows || --this.#sinceFilled > 0 || tablesIn(this.state).length === 0) return;
    const { catalog } = await this.#trial.read();
    this.#filled = await fillEmpty(this.#trial, catalog);
    this.#sinceFilled = this.#every;
  }

  /** A migration that is not asked for: it only has to be there. */
  async pass({ up }: Migration): Promise<void> {
    if ((await this.#apply(up)) !== undefined) await applyLoosely(this.#trial, up);
  }

  async step(migration: Migration): Promise<Step> {
    const { up } = migration;
    const down = wayBack(migration);
    await this.#fill();
    const rows: Trouble[] = [];
    const nothing = { migration, rows, unrestored: [], lost: [], againDiffers: [], filled: this.#filled };
    const before = this.state;
    const named = this.#filled > 0 && down !== undefined ? tablesNamed(before, [up.text, down.text]) : [];
    const contents = await readContents(this.#trial, before, named);
    const trouble = await this.#run(up, rows);
    if (trouble !== undefined) {
      await applyLoosely(this.#trial, up);
      await this.#look();
      return { ...nothing, up: trouble };
    }
    const after = await this.#look();
    if (down === undefined) return nothing;
    const back = await this.#run(down, rows);
    if (back !== undefined) {
      await this.#look();
      return { ...nothing, down: back };
    }
    const restored = await this.#look();
    const unrestored = differencesOf(before, restored);
    const kept = rows.length > 0 ? contents : await readContents(this.#trial, restored, named);
    const again = await this.#run(up, rows);
    if (again !== undefined) await applyLoosely(this.#trial, up);
    const now = await this.#look();
    return {
      ...nothing,
      unrestored,
      lost: lostIn(contents, kept),
      ...(again === undefined ? {} : { again }),
      againDiffers: again === undefined && unrestored.length === 0 ? differencesOf(after, now) : [],
    };
  }

  /** `ways`: each migration with what it had changed, in order. */
  async unwind(ways: readonly { readonly migration: Migration; readonly before: State }[]): Promise<Unwind> {
    const end = this.state;
    const steps: Unwound[] = [];
    let afterTrouble = false;
    for (const { migration, before } of ways.toReversed()) {
      const down = wayBack(migration);
      if (down === undefined) return { steps, endedAt: migration };
      this.#options.progress(`back: ${down.file.path}`);
      const stopped = await this.#run(down, []);
      const unrestored: readonly Difference[] =
        stopped !== undefined || afterTrouble ? [] : differencesOf(before, await this.#look());
      steps.push({ migration, ...(stopped === undefined ? {} : { trouble: stopped }), unrestored, afterTrouble });
      afterTrouble ||= stopped !== undefined || unrestored.length > 0;
    }
    return afterTrouble ? { steps } : { steps, again: await this.#allAgain(ways, end) };
  }

  async #allAgain(
    ways: readonly { readonly migration: Migration }[],
    end: State,
  ): Promise<{ readonly trouble?: Trouble; readonly differs: readonly Difference[] }> {
    for (const { migration } of ways) {
      const trouble = await this.#run(migration.up, []);
      if (trouble !== undefined) return { trouble, differs: [] };
    }
    return { differs: differencesOf(end, await this.#look()) };
  }
}

/** The whole of it. The trial is empty, or holds what the chain stands on. */
export const verifyChain = async (trial: Trial, chain: Chain, options: VerifyOptions): Promise<Verified> => {
  const course = new Course(trial, chain, options);
  await course.begin();
  const steps: Step[] = [];
  const ways: { migration: Migration; before: State }[] = [];
  for (const migration of chain.migrations) {
    options.progress(migration.up.file.path);
    const before = course.state;
    if (options.isMeant(migration)) steps.push(await course.step(migration));
    else await course.pass(migration);
    if (!migration.repeatable) ways.push({ migration, before });
  }
  const hasBack = steps.some(({ migration }) => wayBack(migration) !== undefined);
  const isWhole = steps.every(({ up }) => up === undefined);
  if (!options.unwind || !hasBack || !isWhole) return { steps };
  return { steps, unwind: await course.unwind(ways) };
};
