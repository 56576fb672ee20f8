import * as z from 'zod';
import type { Millis } from '../model.ts';
import type {
  InputSources,
  SourceChange,
  SourceProblemKind,
  SourceState,
  SourcesReport,
} from '../telemetry/components/sources.ts';
import { number, objectOf, type Snapshot, SnapshotFormat } from '../util/snapshot.ts';
import { judgeSource, type SourceThresholds } from './judge.ts';
import { zoneOf } from './offsets.ts';
import { type SeenEvent, SourceRecord, type SourceRecordState, sourceRecordState } from './source.ts';

/** Sources kept at most. Beyond that the tenth that was seen longest ago is forgotten. */
const mostSources = 5_000;
/** Sources that a report names. */
const mostListed = 200;

interface SourcesState {
  forgotten: number;
  sources: SourceRecordState[];
}

const format = new SnapshotFormat<SourcesState>({
  component: 'The states of sources',
  schema: objectOf<SourcesState>({ forgotten: number, sources: z.array(sourceRecordState) }),
});

export const problemKinds = ['clock', 'late', 'unparsed'] as const satisfies readonly SourceProblemKind[];

/**
 * The state of each source: what was received of it, and whether its time and its lines can be trusted. It only watches: no
 * output of the engine depends on it. Counters are a function of the journal, so a restart from a checkpoint counts nothing twice.
 */
export class Sources {
  readonly #records = new Map<string, SourceRecord>();
  readonly #most: number;
  #last: SourceRecord | undefined;
  #forgotten = 0;

  constructor(most: number = mostSources) {
    this.#most = most;
  }

  /**
   * `key`: the event's source. `lateBy`: milliseconds by which the event came after the event clock; undefined where it came in time.
   * `isLost`: it is late, and a rule counted it nowhere.
   */
  note(key: string, event: SeenEvent, lateBy?: Millis, isLost = false): void {
    let record = this.#last;
    if (record === undefined || record.key !== key) {
      record = this.#records.get(key) ?? this.#admit(event, key);
      this.#last = record;
    }
    record.note(event, lateBy, isLost);
  }

  /** Judges all sources anew. Returns what changed since the last time. `now` is wall time. */
  judge(thresholds: SourceThresholds, now: Millis): SourceChange[] {
    const changes: SourceChange[] = [];
    for (const record of this.#records.values()) {
      for (const kind of problemKinds) judgeAnew(record, kind, thresholds, now, changes);
      reportFormat(record, changes);
    }
    return changes;
  }

  /** What people and programs are shown. `now` is wall time. */
  report(thresholds: SourceThresholds, now: Millis): SourcesReport {
    const records = [...this.#records.values()].sort(
      (a, b) => b.problems.size - a.problems.size || b.lastSeen - a.lastSeen,
    );
    const having = (kind: SourceProblemKind) => records.filter(({ problems }) => problems.has(kind)).length;
    return {
      known: records.length,
      forgotten: this.#forgotten,
      problems: { clock: having('clock'), late: having('late'), unparsed: having('unparsed') },
      list: records.slice(0, mostListed).map((record) => stateOf(record, thresholds, now)),
      inputs: byInput(records, now),
    };
  }

  get forgotten(): number {
    return this.#forgotten;
  }

  snapshot(): Snapshot<SourcesState> {
    const sources = [...this.#records.values()].map((record) => record.state());
    return format.write({ forgotten: this.#forgotten, sources });
  }

  restore(snapshot: Snapshot<SourcesState>): void {
    const { forgotten, sources } = format.read(snapshot);
    this.#forgotten = forgotten;
    this.#last = undefined;
    this.#records.clear();
    for (const state of sources) this.#records.set(state.key, SourceRecord.from(state));
  }

  #admit(event: SeenEvent, key: string): SourceRecord {
    if (this.#records.size >= this.#most) this.#forget();
    const record = new SourceRecord(
      key,
      sourceNameOf(event, key),
      event.batch.origin.input,
      event.receivedAt,
    );
    this.#records.set(key, record);
    return record;
  }

  #forget(): void {
    const oldest = [...this.#records.values()].sort(
      (a, b) => a.lastSeen - b.lastSeen || (a.key < b.key ? -1 : 1),
    );
    const excess = oldest.slice(0, Math.ceil(this.#most / 10));
    for (const { key } of excess) this.#records.delete(key);
    this.#forgotten += excess.length;
    this.#last = undefined;
  }
}

/** The host is what people know; the agent's id, which tells sources apart, is not. */
export function sourceNameOf(event: SeenEvent, key: string): string {
  const host = event.get('host.name') ?? event.get('agent.name') ?? event.get('agent.hostname');
  const path = event.get('log.file.path');
  if (typeof host !== 'string') return key;
  return typeof path === 'string' ? `${host} ${path}` : host;
}

function judgeAnew(
  record: SourceRecord,
  kind: SourceProblemKind,
  thresholds: SourceThresholds,
  now: Millis,
  changes: SourceChange[],
): void {
  const has = record.problems.has(kind);
  const { holds, reason } = judgeSource(record, kind, thresholds, has, now);
  if (holds === has) return;
  if (holds) record.problems.set(kind, now);
  else record.problems.delete(kind);
  changes.push({ source: record.name, what: kind, began: holds, reason });
}

function reportFormat(record: SourceRecord, changes: SourceChange[]): void {
  const { name } = record.format;
  if (name === undefined || name === record.reported) return;
  const before = record.reported === undefined ? '' : `, and were ${record.reported} before`;
  record.reported = name;
  changes.push({
    source: record.name,
    what: 'format',
    began: true,
    reason: `its lines are in the format ${name}${before}`,
  });
}

function stateOf(record: SourceRecord, thresholds: SourceThresholds, now: Millis): SourceState {
  const { name, input, firstSeen, lastSeen, newest, total, recent, example, problems } = record;
  const offset = record.offsets.offset?.typical;
  const zone = offset === undefined ? undefined : zoneOf(offset);
  return {
    ...{ name, input, firstSeen, lastSeen, newest, ...total },
    recent: { since: recent.since, ...recent.counts },
    rate: rateOf(record, now),
    format: record.format.name,
    confidence: round(record.format.share),
    offset: offset === undefined ? undefined : offset / 1000,
    zone: zone === undefined ? undefined : zone / 1000,
    lateBy: recent.lateBy / 1000,
    example,
    problems: [...problems].map(([kind, since]) => {
      const { value, reason } = judgeSource(record, kind, thresholds, true, now);
      return { kind, since, value: round(value), reason };
    }),
  };
}

/** Events a second of the recent time, which goes on while nothing is received. */
function rateOf({ recent }: SourceRecord, now: Millis): number {
  const seconds = Math.max(1, (now - recent.since) / 1000);
  return round(recent.counts.events / seconds);
}

function byInput(records: readonly SourceRecord[], now: Millis): Record<string, InputSources> {
  const found: Record<string, InputSources & { lines: number; failed: number }> = {};
  for (const record of records) {
    const { counts } = record.recent;
    found[record.input] ??= noSources();
    const input = found[record.input]!;
    input.sources += 1;
    input.events += record.total.events;
    input.rate = round(input.rate + rateOf(record, now));
    input.lines += counts.events;
    input.failed += counts.unparsed;
    const { name } = record.format;
    if (name !== undefined && !input.formats.includes(name)) input.formats.push(name);
    if (record.lastSeen >= input.lastEvent) input.lastEvent = record.lastSeen;
    input.example ??= record.example;
  }
  return Object.fromEntries(
    Object.entries(found).map(([name, { lines, failed, ...input }]) => [
      name,
      { ...input, unparsed: lines === 0 ? 0 : round(failed / lines) },
    ]),
  );
}

const noSources = () => ({
  ...{ sources: 0, events: 0, lastEvent: 0, rate: 0, unparsed: 0, lines: 0, failed: 0 },
  formats: [] as string[],
  example: undefined,
});

const round = (value: number) => Math.round(value * 1000) / 1000;
