import { closePayload } from '../journal/record.ts';
import type { Batch, EventBlock, JournalRecord, LogEvent, Millis, Output } from '../model.ts';
import type { RuleLimits, Run } from '../rules/run/run.ts';
import type { Sources } from '../sources/sources.ts';
import type { Snapshot } from '../util/snapshot.ts';
import type { EventClock } from '../windows/clocks/event-clock.ts';
import type { CorrectionMemory } from '../windows/history/memory.ts';
import { Dispatch } from './dispatch.ts';
import { Downtime } from './downtime.ts';
import {
  allRuns,
  checkpointOf,
  type EngineCheckpoint,
  type EngineParts,
  type EngineState,
  engineFormat,
  isAmong,
  newTally,
} from './engine-state.ts';
import { sourcesIn } from './sources-in.ts';

/**
 * The analysis of a journal: records in, outputs out. It reads no clock and keeps no file, so the same records
 * give the same outputs, live, after a crash, and in a replay. The event clock moves with each event, and windows
 * close as it moves: what comes out depends on the order of the events, never on how they were cut into batches.
 */
export class Engine {
  readonly tally = newTally();
  #parts: EngineParts;
  #dispatch = new Dispatch([]);
  /** Of each name whose rule went or changed, the number of the rule to come. */
  #generations = new Map<string, number>();
  readonly #downtime = new Downtime();
  /** The event time from which on each run may have a window to close; looking earlier would find none. */
  #dues = new Float64Array(0);
  /** The earliest of them. */
  #due: Millis = Number.NEGATIVE_INFINITY;

  constructor(parts: EngineParts) {
    this.#parts = parts;
    this.#arrange();
  }

  /** `block` is the record's payload where it is inflated already. */
  process(record: JournalRecord, block?: EventBlock): Output[] {
    // Its `receivedAt` may be anything, so that it must not move a clock either.
    if (record.kind === 'events' && record.encoding === 'damaged') {
      this.tally.unreadable += 1;
      return [];
    }
    const outputs: Output[] = [];
    const { clock, downAfter } = this.#parts;
    const downtime = this.#downtime.record(record.receivedAt, clock, () => this.waiting, downAfter);
    if (downtime) for (const run of this.#parts.runs) run.resume?.(downtime);
    for (const run of this.#parts.runs) run.recordReceived?.(record.receivedAt, outputs);
    if (record.kind === 'events' && block) this.#take(record, block, outputs);
    else if (record.kind === 'events') this.#open(record, outputs);
    clock.advance(record.receivedAt);
    this.#close(outputs);
    return outputs;
  }

  /** Whether the passing of time alone can still change something. */
  get waiting(): boolean {
    return this.#parts.runs.some((run) => run.waiting);
  }

  /** The event clock, before any rule's lateness. */
  get now(): Millis {
    return this.#parts.clock.now;
  }

  /** What is kept for late events. */
  get memory(): CorrectionMemory | undefined {
    return this.#parts.memory;
  }

  /** What all rules together may keep, and keep. */
  get limits(): RuleLimits {
    return this.#parts.limits;
  }

  get clock(): EventClock {
    return this.#parts.clock;
  }

  /** What is known of each source, where it is watched. */
  get sources(): Sources | undefined {
    return this.#parts.sources;
  }

  get rules(): readonly Run[] {
    return this.#parts.runs;
  }

  /** Number of alerts that are active or on their way out. */
  get openAlerts(): number {
    return this.#parts.runs.reduce((open, run) => open + run.openAlerts, 0);
  }

  /**
   * Goes on with other parts, between two records. A run of the same name and fingerprint takes the place of the one
   * before it; what else there was ends, for the reason that is given by rule, and what is new begins with present time.
   */
  swap(parts: Partial<EngineParts>, why: (rule: string) => string): Output[] {
    const outputs: Output[] = [];
    const before = this.#parts;
    this.#parts = { ...before, ...parts };
    this.#parts.events.repeatedHours.restore(before.events.repeatedHours.snapshot());
    const { runs } = this.#parts;
    for (const run of before.runs) if (!isAmong(run, runs)) this.#end(run, why(run.name), outputs);
    for (const run of runs) if (!isAmong(run, before.runs)) this.#begin(run, outputs);
    this.#arrange();
    return outputs;
  }

  snapshot(): Snapshot<EngineState> {
    return this.#stateWith(allRuns(this.#parts));
  }

  /** A snapshot whose runs are taken one after the other, before the engine goes on. */
  checkpoint(): EngineCheckpoint {
    return checkpointOf(this.#stateWith({ runs: [] }), this.#parts);
  }

  #stateWith(taken: Pick<EngineState, 'runs' | 'parts'>): Snapshot<EngineState> {
    const { clock, events, sources } = this.#parts;
    return engineFormat.write({
      clock: clock.snapshot(),
      ...this.#downtime.snapshot(),
      generations: [...this.#generations],
      repeatedHours: events.repeatedHours.snapshot(),
      ...taken,
      ...(sources && { sources: sources.snapshot() }),
    });
  }

  /** Continues exactly from a snapshot of the same analysis. A rule that is not in it starts without any memory. */
  restore(snapshot: unknown): void {
    const { clock, generations, repeatedHours, runs, parts, sources, ...downtime } =
      engineFormat.read(snapshot);
    this.#parts.memory?.know(parts ?? []);
    this.#parts.clock.restore(clock);
    if (sources !== undefined) this.#parts.sources?.restore(sources);
    this.#downtime.restore(downtime);
    if (repeatedHours !== undefined) this.#parts.events.repeatedHours.restore(repeatedHours);
    this.#generations = new Map(generations);
    for (const run of this.#parts.runs) {
      const saved = runs.find(([name, fingerprint]) => name === run.name && fingerprint === run.fingerprint);
      if (saved) run.restore(saved[2]);
    }
    this.#arrange();
  }

  /** To be called whenever the list of runs changes, or what they have come to. */
  #arrange(): void {
    const { runs } = this.#parts;
    this.#dispatch = new Dispatch(runs);
    this.#dues = new Float64Array(runs.length).fill(Number.NEGATIVE_INFINITY);
    this.#due = Number.NEGATIVE_INFINITY;
  }

  #end(run: Run, reason: string, outputs: Output[]): void {
    run.book.end(this.now, reason, outputs);
    run.release?.();
    this.#generations.set(run.name, (this.#generations.get(run.name) ?? 1) + 1);
  }

  #begin(run: Run, outputs: Output[]): void {
    const number = this.#generations.get(run.name);
    if (number !== undefined) run.book.setGeneration({ number, until: this.#parts.clock.farthest });
    // What lies before the present is closed: the rule is not about it.
    if (!Number.isFinite(this.now)) return;
    run.advance(this.now, outputs);
    run.forgetPast?.();
  }

  /** A payload that cannot be read never will be: it is passed over, and time goes on. */
  #open(batch: Batch, outputs: Output[]): void {
    let block: EventBlock;
    try {
      block = this.#parts.open(batch);
    } catch {
      this.tally.unreadable += 1;
      return;
    }
    this.#take(batch, block, outputs);
    closePayload(batch, block);
  }

  #take(batch: Batch, block: EventBlock, outputs: Output[]): void {
    const { clock, events, sources, watch } = this.#parts;
    // Senders of Lumberjack overtake their own windows when they open a connection.
    clock.beginBatch(batch.encoding === 'lumberjack' ? batch.origin.connection : undefined, batch.receivedAt);
    if (clock.hasNoActiveSource) clock.expectSources(sourcesIn(events, block, batch));
    events.open(block, batch);
    for (let event = events.next(); event; event = events.next()) {
      this.tally.events += 1;
      if (event.problem !== undefined) {
        this.tally.problems += 1;
        continue;
      }
      if (event.isAhead) this.tally.ahead += 1;
      if (this.#parts.leaveUntimed && (event.timeSource === 'receipt' || event.isAhead)) {
        if (!event.isAhead) this.tally.untimed += 1;
        sources?.note(event.source, event);
        watch?.read?.(event.source, event, undefined);
        continue;
      }
      const [source, before] = [event.source, clock.now];
      const observed = clock.observe(source, event.time, batch.receivedAt);
      if (clock.now !== before) this.#close(outputs);
      const late = this.#show(event, outputs, observed === 'on-time');
      if (late !== 'no') this.tally[late] += 1;
      const lateBy = late === 'no' ? undefined : Math.max(0, clock.now - event.time);
      sources?.note(source, event, lateBy, late === 'late');
      watch?.read?.(source, event, lateBy);
    }
  }

  /** Whether the event came after a window of any run was closed: it is corrected, or counted nowhere by that run. */
  #show(event: LogEvent, outputs: Output[], inOrder: boolean): 'no' | 'corrected' | 'late' {
    let found: 'no' | 'corrected' | 'late' = 'no';
    this.#parts.meter.nextEvent();
    for (const run of this.#dispatch.runsFor(event)) {
      const { late, corrected } = run;
      this.#parts.meter.add(run, event, outputs, inOrder);
      if (run.late !== late) found = 'late';
      else if (found === 'no' && run.corrected !== corrected) found = 'corrected';
    }
    return found;
  }

  #close(outputs: Output[]): void {
    const { now } = this.#parts.clock;
    // Called before the check of due times, because its effect must depend on the times of records alone.
    this.#downtime.resumeAfter(now, this.#parts.runs);
    if (now < this.#due) return;
    const dues = this.#dues;
    let due = Number.POSITIVE_INFINITY;
    for (const [place, run] of this.#parts.runs.entries()) {
      if (now >= dues[place]!) {
        this.#parts.meter.advance(run, now, outputs);
        dues[place] = run.due;
      }
      due = Math.min(due, dues[place]!);
    }
    this.#due = due;
  }
}
