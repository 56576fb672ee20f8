import type { Batch, EventBlock, JournalRecord, Millis, Output } from '../model.ts';
import type { EventReader } from '../parsers/reader.ts';
import type { EventClock } from '../windows/clock.ts';
import { closePayload } from './payload.ts';
import type { Run } from './run.ts';

/** What happened while records were processed, for metrics. */
export interface Tally {
  events: number;
  /** Batches whose payload could not be read; the indexer makes dead letters of them. */
  unreadable: number;
  problems: number;
  ahead: number;
}

export interface EngineParts {
  clock: EventClock;
  events: EventReader;
  runs: Run[];
  /** Inflates a record's payload. */
  open: (batch: Batch) => EventBlock;
  /**
   * While a window waits for time to pass, records are never farther apart than ticks. A gap of more than this
   * means that the server was down (or its clock was set).
   */
  downAfter: Millis;
}

/** The server was down: event time then, what it would be without that, and the wall time of its return. */
interface Return {
  from: Millis;
  to: Millis;
  at: Millis;
}

/** Its `receivedAt` may be anything, so that it must not move a clock either. */
const isDamaged = (record: JournalRecord) => record.kind === 'events' && record.encoding === 'damaged';

/**
 * The analysis of a journal: records in, outputs out. It reads no clock and keeps no file, so the same records
 * give the same outputs, live, after a crash, and in a replay. The event clock moves with each event, and windows
 * close as it moves: what comes out depends on the order of the events, never on how they were cut into batches.
 */
export class Engine {
  readonly tally: Tally = { events: 0, unreadable: 0, problems: 0, ahead: 0 };
  private readonly parts: EngineParts;
  /** `receivedAt` of the last record. */
  private heardAt: Millis | undefined;
  private returned: Return | undefined;
  /** The event time from which on a rule may have a window to close; looking earlier would find none. */
  private due: Millis = Number.NEGATIVE_INFINITY;

  constructor(parts: EngineParts) {
    this.parts = parts;
  }

  /** `block` is the record's payload where it is inflated already. */
  process(record: JournalRecord, block?: EventBlock): Output[] {
    if (isDamaged(record)) {
      this.tally.unreadable += 1;
      return [];
    }
    const outputs: Output[] = [];
    const { clock } = this.parts;
    if (this.wasDown(record.receivedAt)) this.resume(record.receivedAt);
    this.heardAt = record.receivedAt;
    if (record.kind === 'events') {
      if (block) this.take(record, block, outputs);
      else this.open(record, outputs);
    }
    clock.advance(record.receivedAt);
    this.close(outputs);
    return outputs;
  }

  /** Whether the passing of time alone can still change something. */
  get waiting(): boolean {
    return this.parts.runs.some((run) => run.waiting);
  }

  /** The event clock, before any rule's lateness. */
  get now(): Millis {
    return this.parts.clock.now;
  }

  get rules(): readonly Run[] {
    return this.parts.runs;
  }

  /** Number of alerts that are active or on their way out. */
  get openAlerts(): number {
    return this.parts.runs.reduce((open, run) => open + run.openAlerts, 0);
  }

  snapshot(): unknown {
    const { clock, runs } = this.parts;
    return {
      clock: clock.snapshot(),
      heardAt: this.heardAt,
      returned: this.returned,
      runs: runs.map((run) => [run.name, run.fingerprint, run.snapshot()]),
    };
  }

  /** A rule that changed since the snapshot begins anew; the others go on. */
  restore(snapshot: unknown): void {
    const { clock, heardAt, returned, runs } = snapshot as {
      clock: unknown;
      heardAt: Millis | undefined;
      returned: Return | undefined;
      runs: [string, string, unknown][];
    };
    this.parts.clock.restore(clock);
    this.heardAt = heardAt;
    this.returned = returned;
    for (const run of this.parts.runs) {
      const saved = runs.find(([name, fingerprint]) => name === run.name && fingerprint === run.fingerprint);
      if (saved) run.restore(saved[2]);
    }
    this.due = Number.NEGATIVE_INFINITY;
  }

  /** A payload that cannot be read never will be: it is passed over, and time goes on. */
  private open(batch: Batch, outputs: Output[]): void {
    let block: EventBlock;
    try {
      block = this.parts.open(batch);
    } catch {
      this.tally.unreadable += 1;
      return;
    }
    this.take(batch, block, outputs);
    closePayload(batch, block);
  }

  private wasDown(receivedAt: Millis): boolean {
    return this.heardAt !== undefined && receivedAt - this.heardAt > this.parts.downAfter && this.waiting;
  }

  private resume(receivedAt: Millis): void {
    const { clock } = this.parts;
    this.returned = { from: clock.now, to: clock.now + receivedAt - this.heardAt!, at: receivedAt };
    clock.resume(receivedAt);
  }

  /**
   * The clock stands still while the server is down. Events can then move it faster than time passes, over a time in
   * which nobody listened: whoever is waited for must be told so before.
   */
  private tellOfReturn(now: Millis): void {
    if (this.returned === undefined) return;
    const { from, to, at } = this.returned;
    if (now <= from + this.heardAt! - at) return;
    this.returned = undefined;
    for (const run of this.parts.runs) run.resume?.(to);
  }

  private take(batch: Batch, block: EventBlock, outputs: Output[]): void {
    const { clock, events, runs } = this.parts;
    if (clock.deserted) clock.expect(this.sourcesIn(block, batch));
    events.open(block, batch);
    for (let event = events.next(); event; event = events.next()) {
      this.tally.events += 1;
      if (event.problem !== undefined) {
        this.tally.problems += 1;
        continue;
      }
      const before = clock.now;
      if (clock.observe(event.source, event.time, batch.receivedAt) === 'ahead') {
        this.tally.ahead += 1;
        continue;
      }
      if (clock.now !== before) this.close(outputs);
      for (const run of runs) run.add(event, outputs);
    }
  }

  private sourcesIn(block: EventBlock, batch: Batch): number {
    const { events } = this.parts;
    const sources = new Set<string>();
    events.open(block, batch);
    for (let event = events.next(); event; event = events.next()) {
      if (event.problem === undefined) sources.add(event.source);
    }
    return sources.size;
  }

  private close(outputs: Output[]): void {
    const { now } = this.parts.clock;
    if (now < this.due) return;
    this.tellOfReturn(now);
    this.due = Number.POSITIVE_INFINITY;
    for (const run of this.parts.runs) {
      run.advance(now, outputs);
      this.due = Math.min(this.due, run.due);
    }
  }
}
