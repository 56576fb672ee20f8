import { z } from 'zod';
import { Episodes } from '../../../alerts/episodes.ts';
import type { LogEvent, Millis, Observation, Output, Scalar } from '../../../model.ts';
import { nested, number, objectOf, type Snapshot, SnapshotFormat } from '../../../util/snapshot.ts';
import { conditionJudge } from '../../condition.ts';
import { rosterOf } from '../../roster.ts';
import { AlertBook } from '../../run/alert-book.ts';
import type { DowntimeSpan, Kept, Run, RunParts } from '../../run/run.ts';
import { fingerprintOf } from '../../run/run.ts';
import { judgeAbsence } from './judge.ts';
import type { AbsenceConfig } from './schema.ts';
import { Shippers } from './shippers.ts';
import { type AbsenceChange, AbsenceTracker } from './tracker.ts';

interface RunState {
  silence: ReturnType<AbsenceTracker['snapshot']>;
  shippers: ReturnType<Shippers['snapshot']>;
  shipperOf: [group: string, shipper: string][];
  book: ReturnType<AlertBook['snapshot']>;
  late: number;
  /** Changes since the last sweep. */
  news: number;
}

const format = new SnapshotFormat({
  component: 'A rule about absence',
  schema: objectOf<RunState>({
    silence: nested(),
    shippers: nested(),
    shipperOf: z.array(z.tuple([z.string(), z.string()])),
    book: nested(),
    late: number,
    news: number,
  }),
});

/** The book is swept after so many changes. */
const changesBetweenSweeps = 1_000;

/** A rule about groups without events. It has no windows: the tracker decides when a group is observed. */
export class AbsenceRun implements Run {
  readonly name: string;
  readonly fingerprint: string;
  readonly book: AlertBook;
  late = 0;
  closed = 0;
  readonly #parts: RunParts<AbsenceConfig>;
  readonly #tracker: AbsenceTracker;
  readonly #shippers: Shippers;
  readonly #roster: Map<string, Record<string, Scalar>>;
  /** The shipper of each group's last event. */
  readonly #shipperOf = new Map<string, string>();
  /** Changes since the last sweep. */
  #changes = 0;

  constructor(parts: RunParts<AbsenceConfig>) {
    const { config, rule, observer, kibana } = parts;
    this.#parts = parts;
    this.name = config.name;
    this.fingerprint = fingerprintOf(config);
    this.#roster = rosterOf(config);
    this.#tracker = new AbsenceTracker({ ...config, expected: [...this.#roster.keys()] });
    this.#shippers = new Shippers(config.maxGroups, config.every / 2);
    const episodes = new Episodes(rule, kibana);
    this.book = new AlertBook({ rule, judge: conditionJudge(rule), observer, episodes });
  }

  get waiting(): boolean {
    return this.#tracker.waiting || this.book.hasUnreported;
  }

  get openAlerts(): number {
    return this.book.openAlerts;
  }

  get kept(): Kept {
    return { groups: this.#tracker.size, ...this.book.kept };
  }

  get due(): Millis {
    return this.#tracker.due + this.#parts.config.lateness;
  }

  add(event: LogEvent): void {
    const { config, rule, observer } = this.#parts;
    const shipper = textOf(event, config.shipper);
    // Before the filter: a shipper is alive whatever it sends.
    if (shipper !== undefined) this.#shippers.see(shipper, event.time);
    if (!rule.filter(event)) return;
    const group = rule.key(event);
    const added = this.#tracker.add(event.time, group);
    if (observer !== undefined && added !== 'unexpected')
      observer.counted?.({ rule: this.name, group, event, amount: 1, outcome: added });
    if (added === 'late') this.#countLate(group, event);
    if (added !== 'added') return;
    if (!this.book.hasFields(group)) this.book.setFields(group, () => rule.group(event).by);
    this.book.keepLast(group, event, config.every / 100);
    if (shipper !== undefined) this.#shipperOf.set(group, shipper);
  }

  advance(now: Millis, outputs: Output[]): void {
    const { config } = this.#parts;
    const before = this.#tracker.due;
    this.#tracker.advance(now - config.lateness, (change) => this.#observe(change, outputs));
    if (this.#tracker.due > before) this.book.reportLate(now - config.lateness, outputs);
    if (this.#changes >= changesBetweenSweeps) this.#sweep(now);
  }

  resume(downtime: DowntimeSpan): void {
    this.#tracker.resume(downtime);
  }

  snapshot(): Snapshot<RunState> {
    return format.write({
      silence: this.#tracker.snapshot(),
      shippers: this.#shippers.snapshot(),
      shipperOf: [...this.#shipperOf],
      book: this.book.snapshot(),
      late: this.late,
      news: this.#changes,
    });
  }

  restore(snapshot: Snapshot<unknown>): void {
    const saved = format.read(snapshot);
    this.#tracker.restore(saved.silence);
    this.#shippers.restore(saved.shippers);
    this.book.restore(saved.book);
    this.#shipperOf.clear();
    for (const [group, shipper] of saved.shipperOf) this.#shipperOf.set(group, shipper);
    this.late = saved.late;
    this.#changes = saved.news;
  }

  /** An event within an absence that was decided already. */
  #countLate(group: string, { time }: LogEvent): void {
    this.late += 1;
    this.book.countLate(group, time, this.#tracker.due);
  }

  #observe(change: AbsenceChange, outputs: Output[]): void {
    const { config } = this.#parts;
    const { group, at, from, last } = change;
    this.#changes += 1;
    this.closed += 1;
    this.book.setFields(group, () => this.#roster.get(group) ?? {});
    const since = last ?? from;
    const value = (at - since) / 1000;
    const window = { start: since, end: at };
    const observation: Observation = { at, since, window, value, count: 0, early: false };
    const judgement = judgeAbsence({ ...change, ...this.#shipperPart(group, at) }, config.every);
    const again = this.book.observe(group, observation, outputs, judgement);
    if (again.length > 0) this.#tracker.remind(group, Math.min(...again));
    if (change.kind === 'forgotten' && !this.#tracker.has(group)) this.#shipperOf.delete(group);
  }

  #shipperPart(group: string, at: Millis) {
    const name = this.#shipperOf.get(group);
    const seen = name === undefined ? undefined : this.#shippers.lastUntil(name, at);
    if (name === undefined || seen === undefined) return {};
    return { shipper: { field: this.#parts.config.shipper, name, seen } };
  }

  #sweep(now: Millis): void {
    this.#changes = 0;
    this.book.sweep(now, (group) => this.#tracker.has(group));
  }
}

function textOf(event: LogEvent, field: string): string | undefined {
  const value = event.get(field);
  return typeof value === 'string' && value.length <= 256 ? value : undefined;
}
