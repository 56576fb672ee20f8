import type { RedeliveryConfig } from '../../config/schema/inputs.ts';
import type { Millis, Position } from '../../model.ts';
import { type EventIdentity, type MarkedWindow, MarkedWindows } from './marked-windows.ts';
import { HeldIdentities, MarkFilter } from './tables.ts';

/** Events that were remembered at about the same time and are forgotten together. */
interface Generation {
  identities: HeldIdentities;
  marks: MarkFilter;
  windows: MarkedWindows;
  /** Events that were added to it, whether they are still remembered or not. */
  added: number;
  /** When its first event was remembered. */
  since: Millis;
  /** When its last event was remembered. */
  until: Millis;
}

const sizeOf = ({ identities, windows }: Generation): number => identities.live + windows.pending;

/** `remember` and `maxEvents` are divided among this many generations. */
const GENERATIONS = 4;

/**
 * The events that a sender may send again. Holds at most `maxEvents` of them, each for at least `remember` milliseconds unless it has to make
 * room. An event is held by its identity, or, as one of a marked window, by its mark: then its identity is computed only when an event with that
 * mark comes, and takes the place of the mark. It answers with promises where identities are concerned, so that a memory which several nodes
 * share can take its place; their identities then have to be computed with the same seed.
 */
export class RedeliveryMemory {
  readonly #config: RedeliveryConfig;
  readonly #onForgotten: (events: number) => void;
  /** The oldest first. */
  #generations: Generation[] = [];

  /** `onForgotten` is called with the number of events that had to make room before their time. */
  constructor(config: RedeliveryConfig, onForgotten: (events: number) => void) {
    this.#config = config;
    this.#onForgotten = onForgotten;
  }

  /** A window of more events cannot be remembered by marks. */
  get mostOfWindow(): number {
    return this.#config.maxEvents / GENERATIONS;
  }

  /** Number of remembered events. While it is 0, no event needs to be looked up. */
  get size(): number {
    return this.#generations.reduce((size, generation) => size + sizeOf(generation), 0);
  }

  /** False if no event with this mark is remembered by its identity. True may be wrong. Called for every event, so it is synchronous. */
  mayContain(mark: number): boolean {
    return this.#generations.some(({ marks }) => marks.has(mark));
  }

  /**
   * Remembers each event as often as it is given. `holder` is a number of the window that holds them: only that window can forget them.
   * An event that several windows hold is remembered for each of them.
   */
  async remember(events: readonly EventIdentity[], holder: number, now: Millis): Promise<void> {
    this.#expire(now);
    for (const { identity, mark } of events) {
      const generation = this.#youngest(now);
      generation.identities.add(identity, holder);
      generation.marks.add(mark);
      generation.added += 1;
    }
  }

  /** Remembers the events of a window by their marks. */
  mark(window: MarkedWindow, now: Millis): void {
    this.#expire(now);
    const generation = this.#youngest(now, window.marks.length);
    generation.windows.add(window);
    generation.added += window.marks.length;
  }

  /** Calls back with each window of which events with this mark are remembered by it. Called for every event. */
  eachMarked(mark: number, found: (window: MarkedWindow) => void): void {
    for (const { windows } of this.#generations) if (windows.pending > 0) windows.eachWith(mark, found);
  }

  /** Windows before a position of which events are remembered by marks. */
  markedBefore(position: Position): MarkedWindow[] {
    return this.#generations.flatMap(({ windows }) => windows.before(position));
  }

  /**
   * Puts identities in the place of the marks that are wanted. `identify` returns the window's remembered events with these marks. Returns false
   * where the window is remembered by none of them any longer; then it does not call `identify`.
   */
  identify(
    window: MarkedWindow,
    wanted: ((mark: number) => boolean) | undefined,
    identify: (marks: Set<number>) => EventIdentity[],
  ): boolean {
    const generation = this.#generations.find(({ windows }) => windows.has(window));
    const marks = wanted ? generation?.windows.remove(window, wanted) : generation?.windows.drop(window);
    if (generation === undefined || marks === undefined || marks.size === 0) return false;
    for (const event of identify(marks)) {
      generation.identities.add(event.identity, window.holder);
      generation.marks.add(event.mark);
      window.identified.push(event);
    }
    return true;
  }

  /** Forgets what is remembered of a window by marks. Returns these marks. Its identified events stay. */
  unmark(window: MarkedWindow): Set<number> {
    const generation = this.#generations.find(({ windows }) => windows.has(window));
    return generation?.windows.drop(window) ?? new Set();
  }

  /** Returns for each event whether it was remembered, and forgets it once. An event remembered twice is found twice. */
  async take(events: readonly EventIdentity[], now: Millis): Promise<boolean[]> {
    this.#expire(now);
    return events.map(({ identity }) =>
      this.#generations.some(({ identities }) => identities.take(identity)),
    );
  }

  /** Forgets each event once for its holder, whose sender has the ACK. Events that the holder holds no longer are left out. */
  async forget(events: readonly EventIdentity[], holder: number): Promise<void> {
    for (const { identity } of events)
      this.#generations.some(({ identities }) => identities.take(identity, holder));
  }

  /** The generation for further events. */
  #youngest(now: Millis, events = 1): Generation {
    const { remember } = this.#config;
    const most = this.mostOfWindow;
    let last = this.#generations.at(-1);
    if (!last || last.added + events > most || now - last.since > remember / GENERATIONS) {
      last = {
        identities: new HeldIdentities(),
        marks: new MarkFilter(most),
        windows: new MarkedWindows(),
        added: 0,
        since: now,
        until: now,
      };
      this.#expire(now);
      this.#generations.push(last);
      this.#makeRoom();
    }
    last.until = now;
    return last;
  }

  /** Leaves room for one full generation. */
  #makeRoom(): void {
    while (this.#generations.length > 1 && this.size > this.#config.maxEvents * (1 - 1 / GENERATIONS))
      this.#onForgotten(sizeOf(this.#generations.shift()!));
  }

  #expire(now: Millis): void {
    this.#generations = this.#generations.filter(
      (generation) => sizeOf(generation) > 0 && now - generation.until <= this.#config.remember,
    );
  }
}
