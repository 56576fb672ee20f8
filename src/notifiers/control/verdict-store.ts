import type { Database } from 'lmdb';
import type { Verdict } from '../../model.ts';
import type { Tables } from './tables.ts';

/** Numbers of verdicts on the alerts of one rule. */
type VerdictCounts = Record<Verdict['verdict'], number>;

/** Verdicts that are kept. */
const mostVerdicts = 20_000;

/**
 * What people said about alerts, for `logboom score --journal`. It outlives the alerts themselves.
 *
 * Table `verdicts`: id of the alert, or of the missed one, → `Verdict`.
 */
export class VerdictStore {
  readonly #tables: Tables;
  readonly #verdicts: Database<Verdict, string>;
  #counts: Map<string, VerdictCounts> | undefined;

  constructor(tables: Tables) {
    this.#tables = tables;
    this.#verdicts = tables.table('verdicts');
  }

  /** Replaces an earlier verdict about the same alert. Only within a transaction. */
  put(verdict: Verdict): void {
    this.#counts = undefined;
    void this.#verdicts.put(verdict.id, verdict);
    if (this.#verdicts.getCount() <= mostVerdicts) return;
    const oldest = this.list().sort((a, b) => a.at - b.at)[0];
    if (oldest) void this.#verdicts.remove(oldest.id);
  }

  /** Only within a transaction. Returns whether there was one. */
  remove(id: string): boolean {
    const known = this.#verdicts.get(id) !== undefined;
    this.#counts = undefined;
    if (known) void this.#verdicts.remove(id);
    return known;
  }

  /** By rule. They are counted once after each change that this process makes. */
  counts(): ReadonlyMap<string, VerdictCounts> {
    if (this.#counts) return this.#counts;
    const counts = new Map<string, VerdictCounts>();
    for (const { rule, verdict } of this.list()) {
      const of = counts.get(rule) ?? { true: 0, false: 0, missed: 0 };
      of[verdict] += 1;
      counts.set(rule, of);
    }
    this.#counts = counts;
    return counts;
  }

  list(): Verdict[] {
    this.#tables.refresh();
    return [...this.#verdicts.getRange()].map(({ value }) => value);
  }
}
