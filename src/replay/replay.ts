import type { Config } from '../config/schema/schema.ts';
import { assembleEngine, downAfterOf } from '../engine/assemble-engine.ts';
import type { Engine } from '../engine/engine.ts';
import type { EventBlock, JournalRecord, Millis, Output } from '../model.ts';
import { alertSettings } from '../rules/rule.ts';
import type { Observer } from '../rules/run/observer.ts';

interface ReplayOptions {
  config: Config;
  /** Wall time at which everything arrives: events have no other than their own, and none of them may lie beyond it. */
  receivedAt: Millis;
  onOutput: (output: Output) => void;
  observer?: Observer | undefined;
}

const origin = { input: 'backtest', connection: 'backtest', address: '' };
const nothing = Buffer.alloc(0);

/**
 * The live engine over events that lie somewhere already. They arrive all at once, as if they were shipped in one go
 * today; since windows go by event time alone, that changes nothing about what comes out.
 */
export class Replay {
  readonly engine: Engine;
  readonly #options: ReplayOptions;
  #wall: Millis;
  #position = 0;

  constructor(options: ReplayOptions) {
    this.#options = options;
    this.#wall = options.receivedAt;
    this.engine = assembleEngine(options.config, undefined, options.observer);
  }

  feed(block: EventBlock): void {
    const receivedAt = this.#wall;
    const batch = { kind: 'events', origin, receivedAt, encoding: 'ndjson', payload: nothing } as const;
    this.process({ ...batch, count: block.count, position: ++this.#position }, block);
  }

  /** A record of a journal, as it stands there. */
  process(record: JournalRecord, block?: EventBlock): void {
    for (const output of this.engine.process(record, block)) this.#options.onOutput(output);
  }

  /**
   * Lets silence follow the last event, as a live server's ticks tell of it: windows close and alerts resolve. It ends
   * when nothing waits for time to pass, and at the latest after the longest that a rule asks for, twice over, because
   * a rule that watches for silence waits without end.
   */
  fallSilent(): void {
    const { config } = this.#options;
    const until = this.#wall + config.time.idleAfter + patienceOf(config);
    // As far apart as a live server's could be without meaning that it was down.
    const tick = downAfterOf(config);
    while (this.engine.waiting && this.#wall < until) this.#tick(Math.min(tick, until - this.#wall));
  }

  /** Lets wall time pass in which nothing arrives. */
  pass(length: Millis): void {
    const { tick } = this.#options.config.journal;
    const until = this.#wall + length;
    while (this.#wall < until) this.#tick(Math.min(tick, until - this.#wall));
  }

  #tick(length: Millis): void {
    this.#wall += length;
    this.process({ kind: 'tick', receivedAt: this.#wall, position: ++this.#position });
  }
}

/** How long silence can still change something about a rule's alerts. */
export function patienceOf({ rules, journal }: Pick<Config, 'rules' | 'journal'>): Millis {
  const needs = rules.map((rule) => {
    const { over, every = 0, lateness, for: lasting, keepActiveFor } = alertSettings(rule);
    return 2 * over + every + lateness + lasting + keepActiveFor;
  });
  return 2 * Math.max(0, ...needs) + journal.tick;
}
