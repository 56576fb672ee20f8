import type { Config } from '../config/schema/schema.ts';
import { assembleEngine, downAfterOf } from '../engine/assemble-engine.ts';
import type { Engine } from '../engine/engine.ts';
import type { EventBlock, JournalRecord, Millis, Origin, Output, Transition } from '../model.ts';
import type { ReaderOptions } from '../parsers/event.ts';
import { alertSettings } from '../rules/rule.ts';
import type { Observer } from '../rules/run/observer.ts';

interface ReplayOptions {
  config: Config;
  /** Receipt time of all events. No event time may lie after it. */
  receivedAt: Millis;
  onOutput: (output: Output) => void;
  observer?: Observer | undefined;
  /** Leave out events without a time of their own. */
  leaveUntimed?: boolean;
  /** Tells where the document of an event is. */
  locate?: ReaderOptions['locate'];
}

const unnamed: Origin = { input: 'backtest', connection: 'backtest', address: '' };
const nothing = Buffer.alloc(0);

/**
 * Runs the live engine over stored events. All events have one receipt time, as if they were shipped at once. Windows
 * depend on event time only, so the outputs are those of a live server.
 */
export class Replay {
  readonly engine: Engine;
  readonly #options: ReplayOptions;
  #wall: Millis;
  #position = 0;

  constructor(options: ReplayOptions) {
    this.#options = options;
    this.#wall = options.receivedAt;
    const { config, observer, leaveUntimed, locate } = options;
    this.engine = assembleEngine(config, locate && { locate }, observer, leaveUntimed);
  }

  /** `origin`: the input of which the events are taken to be. */
  feed(block: EventBlock, origin: Origin = unnamed): void {
    const receivedAt = this.#wall;
    const batch = { kind: 'events', origin, receivedAt, encoding: 'ndjson', payload: nothing } as const;
    this.process({ ...batch, count: block.count, position: ++this.#position }, block);
  }

  /** Processes a record of a journal. */
  process(record: JournalRecord, block?: EventBlock): void {
    for (const output of this.engine.process(record, block)) this.#options.onOutput(output);
  }

  /**
   * Lets time pass by ticks after the last event, as in a live server: windows close and alerts end. It stops when no
   * window waits for time, and at the latest after `longestWaitOf`, because a rule of the kind `absence` waits forever.
   */
  finish(): void {
    const { config } = this.#options;
    const until = this.#wall + config.time.idleAfter + longestWaitOf(config);
    // The longest interval that does not count as downtime.
    const tick = downAfterOf(config);
    while (this.engine.waiting && this.#wall < until) this.#tick(Math.min(tick, until - this.#wall));
  }

  /** Lets time pass without events. */
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

/** The time without events after which no alert of a rule can change any more. */
export function longestWaitOf({ rules, journal }: Pick<Config, 'rules' | 'journal'>): Millis {
  const needs = rules.map((rule) => {
    const { over, every = 0, lateness, for: lasting, keepActiveFor, cooldown, notify } = alertSettings(rule);
    // At the end of a cooldown a digest may be due.
    const digest = notify.length === 0 ? 0 : cooldown;
    return 2 * over + every + lateness + lasting + keepActiveFor + digest;
  });
  return 2 * Math.max(0, ...needs) + journal.tick;
}

/**
 * Sorts transitions by event time, then by the order of the rules. Without it the order between rules would depend on
 * ticks; the order within a rule never does.
 */
export function inEventTime(transitions: readonly Transition[], rules: readonly string[]): Transition[] {
  const place = new Map(rules.map((name, index) => [name, index]));
  const placeOf = ({ rule }: Transition) => place.get(rule) ?? rules.length;
  return [...transitions].sort((one, other) => one.at - other.at || placeOf(one) - placeOf(other));
}

/** The transition log: one JSON object per line, byte for byte the same for a live run and a replay of the same events. */
export function transitionLog(transitions: readonly Transition[], rules: readonly string[]): string {
  return inEventTime(transitions, rules)
    .map((transition) => `${JSON.stringify(transition)}\n`)
    .join('');
}
