import type { KindConfig } from '../../config/schema/rules.ts';
import type { FieldValue, Millis, Observation } from '../../model.ts';
import { formatDuration } from '../../util/units.ts';
import { shortened } from '../group.ts';
import type { Judge, Judgement } from '../judge.ts';

export type StrikeConfig = KindConfig<'change'> | KindConfig<'new-term'>;

/** What happened at a moment, in words. Early: it happened, but its moment and values are not settled yet. */
type Note = [time: Millis, words: string, early: boolean];

/** So many are kept for each group: the latest of a window is told. */
const mostNotes = 20;

/** Judges by what happened within the quiet time: anything raises, nothing calms. */
export class StrikeJudge implements Judge {
  readonly #config: StrikeConfig;
  readonly #notes = new Map<string, Note[]>();

  constructor(config: StrikeConfig) {
    this.#config = config;
  }

  note(group: string, time: Millis, words: string, early: boolean): void {
    const notes = this.#notes.get(group) ?? [];
    const later = notes.findIndex(([other]) => other > time);
    notes.splice(later === -1 ? notes.length : later, 0, [time, words, early]);
    this.#notes.set(group, notes.slice(-mostNotes));
  }

  /** Everything before that time is settled, so what was only early knowledge of it is out of date. */
  settle(group: string, through: Millis, settled: readonly { time: Millis; words: string }[]): void {
    const known = this.#notes.get(group);
    if (known !== undefined)
      this.#notes.set(
        group,
        known.filter(([time, , early]) => !early || time >= through),
      );
    for (const { time, words } of settled) this.note(group, time, words, false);
  }

  judge(group: string, { at, count, window }: Observation): Judgement {
    const notes = this.#notes.get(group)?.filter(([time]) => time >= window.start) ?? [];
    if (notes.length > 0) this.#notes.set(group, notes);
    else this.#notes.delete(group);
    const within = `within ${formatDuration(this.#config.quiet)}`;
    if (count === 0) return { verdict: 'calm', reason: `nothing more of the kind ${within}` };
    const words = notes.findLast(([time]) => time < at)?.[1] ?? 'it happened';
    return { verdict: 'true', reason: count === 1 ? words : `${words}; ${count} such events ${within}` };
  }

  forgetBefore(time: Millis): void {
    const { quiet } = this.#config;
    for (const [group, notes] of this.#notes)
      if (notes.every(([at]) => at < time - quiet)) this.#notes.delete(group);
  }

  snapshot(): unknown {
    return [...this.#notes].map(([group, notes]) => [group, notes.map((note) => [...note])]);
  }

  restore(snapshot: unknown): void {
    this.#notes.clear();
    for (const [group, notes] of snapshot as [string, Note[]][]) this.#notes.set(group, notes);
  }
}

/** `service.version changed from 1.2 to 1.3`, `process.name "nc" was not seen within 30d`. */
export function wordsOf(config: StrikeConfig, value: string, from: string | undefined): string {
  if (config.kind === 'change')
    return `${config.field} changed from ${quoted(from ?? '')} to ${quoted(value)}`;
  return `${config.field} ${quoted(value)} is new: not seen within ${formatDuration(config.remember)}`;
}

/** The values of an event that are followed: all of them together where a change is looked for, else each. */
export function valuesOf({ kind }: StrikeConfig, found: FieldValue): string[] {
  const values = (Array.isArray(found) ? found : [found]).filter(
    (value) => value !== null && value !== undefined,
  );
  const texts = values.map((value) => shortened(String(value)));
  return kind === 'change' && texts.length > 1 ? [shortened(texts.join(', '))] : texts;
}

function quoted(value: string): string {
  return JSON.stringify(value.length > 100 ? `${value.slice(0, 99)}…` : value);
}
