import type { KindConfig } from '../../../config/schema/rules.ts';
import type { LogEvent, Millis, Observation, Output, Scalar } from '../../../model.ts';
import { absenceJudgement, rosterOf } from './judge.ts';
import type { CompiledRule } from '../../rule.ts';
import { Shippers } from './shippers.ts';
import { Silence, type SilenceNews } from './tracker.ts';
import type { AlertBook } from '../../run/alert-book.ts';
import { fingerprintOf } from '../../run/fingerprint.ts';
import type { Observer } from '../../run/observer.ts';
import type { Kept, Run } from '../../run/run.ts';

interface AbsenceRunParts {
  config: KindConfig<'absence'>;
  rule: CompiledRule;
  book: AlertBook;
  observer?: Observer | undefined;
}

/** Groups whose shippers are looked through for those forgotten after so many visits. */
const newsBetweenSweeps = 1_000;

/** A rule that waits for signs of life. */
export class AbsenceRun implements Run {
  readonly name: string;
  readonly fingerprint: string;
  late = 0;
  closed = 0;
  readonly #parts: AbsenceRunParts;
  readonly #silence: Silence;
  readonly #shippers: Shippers;
  readonly #roster: Map<string, Record<string, Scalar>>;
  /** The shipper of each group's last event. */
  readonly #shipperOf = new Map<string, string>();
  #news = 0;

  constructor(parts: AbsenceRunParts) {
    const { config } = parts;
    this.#parts = parts;
    this.name = config.name;
    this.fingerprint = fingerprintOf(config);
    this.#roster = rosterOf(config);
    this.#silence = new Silence({ ...config, expected: [...this.#roster.keys()] });
    this.#shippers = new Shippers(config.maxGroups);
  }

  get waiting(): boolean {
    return this.#silence.waiting || this.#parts.book.hasUntold;
  }

  get book(): AlertBook {
    return this.#parts.book;
  }

  get openAlerts(): number {
    return this.#parts.book.openAlerts;
  }

  get kept(): Kept {
    return { groups: this.#silence.size, ...this.#parts.book.kept };
  }

  get due(): Millis {
    return this.#silence.due + this.#parts.config.lateness;
  }

  add(event: LogEvent): void {
    const { config, rule, book, observer } = this.#parts;
    const shipper = textOf(event, config.shipper);
    // Before the filter: a shipper is alive whatever it sends.
    if (shipper !== undefined) this.#shippers.hear(shipper, event.time);
    if (!rule.filter(event)) return;
    const group = rule.key(event);
    const added = this.#silence.add(event.time, group);
    if (observer !== undefined && added !== 'unexpected')
      observer.took?.({ rule: this.name, group, event, amount: 1, outcome: added });
    if (added === 'late') this.#missed(group, event);
    if (added !== 'added') return;
    if (!book.knows(group)) book.know(group, () => rule.group(event).by);
    if (shipper !== undefined) this.#shipperOf.set(group, shipper);
  }

  advance(now: Millis, outputs: Output[]): void {
    const { config, book } = this.#parts;
    const before = this.#silence.due;
    this.#silence.advance(now - config.lateness, (news) => this.#tell(news, outputs));
    if (this.#silence.due > before) book.tellLate(now - config.lateness, outputs);
    if (this.#news >= newsBetweenSweeps) this.#sweep(now);
  }

  resume(now: Millis): void {
    this.#silence.resume(now);
  }

  snapshot(): unknown {
    return {
      silence: this.#silence.snapshot(),
      shippers: this.#shippers.snapshot(),
      shipperOf: [...this.#shipperOf],
      book: this.#parts.book.snapshot(),
      late: this.late,
      news: this.#news,
    };
  }

  restore(snapshot: unknown): void {
    const saved = snapshot as {
      silence: ReturnType<Silence['snapshot']>;
      shippers: ReturnType<Shippers['snapshot']>;
      book: unknown;
      shipperOf: [string, string][];
      late: number;
      news: number;
    };
    this.#silence.restore(saved.silence);
    this.#shippers.restore(saved.shippers);
    this.#parts.book.restore(saved.book);
    this.#shipperOf.clear();
    for (const [group, shipper] of saved.shipperOf) this.#shipperOf.set(group, shipper);
    this.late = saved.late;
    this.#news = saved.news;
  }

  /** A sign of life within a silence that is over already: it was none. */
  #missed(group: string, { time }: LogEvent): void {
    this.late += 1;
    this.#parts.book.late(group, time, this.#silence.due);
  }

  #tell(news: SilenceNews, outputs: Output[]): void {
    const { book, config } = this.#parts;
    const { group, at, from, last } = news;
    this.#news += 1;
    this.closed += 1;
    book.know(group, () => this.#roster.get(group) ?? {});
    const since = last ?? from;
    const value = (at - since) / 1000;
    const window = { start: since, end: at };
    const observation: Observation = { at, since, window, value, count: 0, early: false };
    const judgement = absenceJudgement({ ...news, ...this.#shipperPart(group) }, config.every);
    const again = book.look(group, observation, outputs, judgement);
    if (again.length > 0) this.#silence.remind(group, Math.min(...again));
    if (news.kind === 'forgotten' && !this.#silence.has(group)) this.#shipperOf.delete(group);
  }

  #shipperPart(group: string) {
    const name = this.#shipperOf.get(group);
    const heard = name === undefined ? undefined : this.#shippers.lastOf(name);
    if (name === undefined || heard === undefined) return {};
    return { shipper: { field: this.#parts.config.shipper, name, heard } };
  }

  #sweep(now: Millis): void {
    this.#news = 0;
    this.#parts.book.sweep(now, (group) => this.#silence.has(group));
  }
}

function textOf(event: LogEvent, field: string): string | undefined {
  const value = event.get(field);
  return typeof value === 'string' && value.length <= 256 ? value : undefined;
}
