import * as z from 'zod';
import type { Evidence } from '../../../alerts/entry.ts';
import { Episodes } from '../../../alerts/episodes.ts';
import type { LogEvent, Millis, Output, Scalar } from '../../../model.ts';
import { nested, number, objectOf, type Snapshot, SnapshotFormat } from '../../../util/snapshot.ts';
import { conditionJudge } from '../../condition.ts';
import type { Series } from '../../correction/series.ts';
import { keepForOf, retentionOf } from '../../correction/settings.ts';
import { rosterOf } from '../../roster.ts';
import { AlertBook } from '../../run/alert-book.ts';
import { observingAgain } from '../../run/observer.ts';
import { type DowntimeSpan, fingerprintOf, type Kept, type Run, type RunParts } from '../../run/run.ts';
import { AbsenceCorrector } from './corrector.ts';
import type { AbsenceConfig } from './schema.ts';
import { Shippers } from './shippers.ts';
import { AbsenceTracker } from './tracker.ts';
import { AbsenceWatch, type ShipperSeen } from './watch.ts';

/** The shipper of a group's last event, and the time of that. */
type ShipperOf = [shipper: string, time: Millis];

interface RunState {
  silence: ReturnType<AbsenceTracker['snapshot']>;
  shippers: ReturnType<Shippers['snapshot']>;
  /** A version before kept no times. */
  shipperOf: [group: string, shipper: string, time?: Millis | undefined][];
  book: ReturnType<AlertBook['snapshot']>;
  late: number;
  /** Changes since the last sweep. */
  news: number;
  corrections?: Snapshot<unknown> | undefined;
}

const format = new SnapshotFormat({
  component: 'A rule about absence',
  schema: objectOf<RunState>({
    silence: nested(),
    shippers: nested(),
    shipperOf: z.array(z.tuple([z.string(), z.string(), number.optional()])),
    book: nested(),
    late: number,
    news: number,
    corrections: nested<unknown>().optional(),
  }),
});

/** The book is swept after so many changes. */
const changesBetweenSweeps = 1_000;
/** Shortest time between two lines that are kept as the last one, because keeping a line costs most of an event. */
const sampledEvery: Millis = 1_000;

/** A rule about groups without events. It has no windows: the tracker decides when a group is observed. */
export class AbsenceRun implements Run {
  readonly name: string;
  readonly fingerprint: string;
  readonly book: AlertBook;
  late = 0;
  readonly #parts: RunParts<AbsenceConfig>;
  readonly #tracker: AbsenceTracker;
  readonly #watch: AbsenceWatch;
  readonly #corrector: AbsenceCorrector | undefined;
  readonly #shippers: Shippers;
  readonly #roster: Map<string, Record<string, Scalar>>;
  readonly #shipperOf = new Map<string, ShipperOf>();
  /** Number of changes at the last sweep. */
  #swept = 0;

  constructor(parts: RunParts<AbsenceConfig>) {
    const { config, rule, correction } = parts;
    this.#parts = parts;
    this.name = config.name;
    this.fingerprint = fingerprintOf(config);
    this.#roster = rosterOf(config);
    const keepFor = correction && keepForOf(correction, config.every);
    const expected = [...this.#roster.keys()];
    this.#tracker = new AbsenceTracker({ ...config, expected, keepFor, budget: parts.limits?.groups });
    this.#shippers = new Shippers(config.maxGroups, config.every / 2, keepFor);
    this.book = this.#newBook();
    this.#corrector =
      correction &&
      new AbsenceCorrector({
        ...{ rule, settings: correction, every: config.every, tracker: this.#tracker, book: this.book },
        fresh: (tracker, series, evidence) => {
          const book = this.#newBook(evidence);
          return { book, watch: this.#newWatch(tracker, book, series) };
        },
      });
    this.#watch = this.#newWatch(this.#tracker, this.book, this.#corrector?.series);
  }

  get closed(): number {
    return this.#watch.changes;
  }

  get corrected(): number {
    return this.#corrector?.corrected ?? 0;
  }

  get waiting(): boolean {
    return this.#tracker.waiting || this.book.hasUnreported || this.#corrector?.waiting === true;
  }

  get openAlerts(): number {
    return this.book.openAlerts;
  }

  get kept(): Kept {
    const { size: groups, overflowed } = this.#tracker;
    const { forgotten, ...book } = this.book.kept;
    return { ...book, groups, overflowed, forgotten: forgotten + this.#shippers.forgotten };
  }

  get due(): Millis {
    const due = Math.min(this.#tracker.due, this.#corrector?.due ?? Number.POSITIVE_INFINITY);
    return due + this.#parts.config.lateness;
  }

  add(event: LogEvent): void {
    const { config, rule, observer } = this.#parts;
    const shipper = textOf(event, config.shipper);
    // Before the filter: a shipper is alive whatever it sends.
    if (shipper !== undefined) this.#shippers.see(shipper, event.time);
    if (!rule.filter(event)) return;
    const group = rule.key(event);
    let outcome: ReturnType<AbsenceTracker['add']> | 'corrected' = this.#tracker.add(event.time, group);
    if (outcome === 'late' && this.#corrector?.take(group, event, () => rule.group(event).by))
      outcome = 'corrected';
    if (observer !== undefined && outcome !== 'unexpected')
      observer.counted?.({ rule: this.name, group, event, amount: 1, outcome });
    if (outcome === 'late') this.#countLate(group, event);
    if (shipper !== undefined && (outcome === 'added' || outcome === 'corrected'))
      this.#noteShipper(group, shipper, event.time);
    if (outcome !== 'added') return;
    this.#corrector?.see(group, event.time);
    if (!this.book.hasFields(group)) this.book.setFields(group, () => rule.group(event).by);
    this.book.keepLast(group, event, Math.min(config.every / 100, sampledEvery));
  }

  advance(now: Millis, outputs: Output[]): void {
    const { config } = this.#parts;
    const before = this.#tracker.due;
    this.#watch.advance(now - config.lateness, outputs);
    if (this.#tracker.due > before) this.book.reportLate(now - config.lateness, outputs);
    this.#corrector?.advance(now - config.lateness, outputs);
    if (this.#watch.changes - this.#swept >= changesBetweenSweeps) this.#sweep(now);
  }

  recordReceived(receivedAt: Millis, outputs: Output[]): void {
    this.#corrector?.recordReceived(receivedAt, outputs);
  }

  resume(downtime: DowntimeSpan): void {
    this.#tracker.resume(downtime);
  }

  forgetPast(): void {
    this.#corrector?.forgetPast();
  }

  release(): void {
    this.#tracker.release();
    this.book.episodes.release();
    this.#corrector?.release();
  }

  snapshot(): Snapshot<RunState> {
    return format.write({
      silence: this.#tracker.snapshot(),
      shippers: this.#shippers.snapshot(),
      shipperOf: [...this.#shipperOf].map(([group, [shipper, time]]) => [group, shipper, time]),
      book: this.book.snapshot(),
      late: this.late,
      news: this.#watch.changes - this.#swept,
      ...(this.#corrector && { corrections: this.#corrector.snapshot() }),
    });
  }

  restore(snapshot: Snapshot<unknown>): void {
    const saved = format.read(snapshot);
    this.#tracker.restore(saved.silence);
    this.#shippers.restore(saved.shippers);
    this.book.restore(saved.book);
    this.#shipperOf.clear();
    for (const [group, shipper, time = Number.NEGATIVE_INFINITY] of saved.shipperOf)
      this.#shipperOf.set(group, [shipper, time]);
    this.late = saved.late;
    this.#swept = this.#watch.changes - saved.news;
    this.#corrector?.restore(saved.corrections);
  }

  /** A book that judges again keeps ended alerts for as long as the live one: an alert that it forgets would be withdrawn. */
  #newBook(evidence?: (start: Millis) => Evidence): AlertBook {
    const { rule, kibana, observer, correction } = this.#parts;
    const isLive = evidence === undefined;
    return new AlertBook({
      rule,
      judge: conditionJudge(rule),
      observer: isLive ? observer : observingAgain(observer),
      episodes: new Episodes(rule, kibana, retentionOf(correction, isLive)),
      ...(evidence && { evidence }),
    });
  }

  #newWatch(tracker: AbsenceTracker, book: AlertBook, series: Series | undefined): AbsenceWatch {
    return new AbsenceWatch({
      ...{ every: this.#parts.config.every, tracker, book, series, roster: this.#roster },
      shipperOf: (group, at) => this.#shipperSeen(group, at),
    });
  }

  /** An event within an absence that was decided already. */
  #countLate(group: string, { time }: LogEvent): void {
    this.late += 1;
    this.book.countLate(group, time, this.#tracker.due);
  }

  #noteShipper(group: string, shipper: string, time: Millis): void {
    const known = this.#shipperOf.get(group);
    if (known === undefined || time >= known[1]) this.#shipperOf.set(group, [shipper, time]);
  }

  #shipperSeen(group: string, at: Millis): ShipperSeen | undefined {
    const [name] = this.#shipperOf.get(group) ?? [];
    const seen = name === undefined ? undefined : this.#shippers.lastUntil(name, at);
    return name === undefined || seen === undefined
      ? undefined
      : { field: this.#parts.config.shipper, name, seen };
  }

  #sweep(now: Millis): void {
    this.#swept = this.#watch.changes;
    const isNeeded = (group: string) => this.#tracker.has(group) || this.#corrector?.follows(group) === true;
    this.book.sweep(now, isNeeded);
    for (const group of this.#shipperOf.keys()) if (!isNeeded(group)) this.#shipperOf.delete(group);
  }
}

function textOf(event: LogEvent, field: string): string | undefined {
  const value = event.get(field);
  return typeof value === 'string' && value.length <= 256 ? value : undefined;
}
