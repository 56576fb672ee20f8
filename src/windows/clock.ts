import type { TimeConfig } from '../config/time.ts';
import type { Millis } from '../model.ts';
import { WallClock } from './wall.ts';

const never = Number.NEGATIVE_INFINITY;

/** A stream within a sender. */
interface Source {
  name: string;
  /** Its event clock: the highest event time seen. */
  high: Millis;
  /** When it was last heard of, by the wall clock that never runs backwards. */
  arrival: Millis;
  /** Whether it is in the list of those that may hold the clock back. */
  listed: boolean;
}

export interface SourceLag {
  source: string;
  /** How far its event clock is behind that of the farthest active source. */
  lag: Millis;
  idle: boolean;
}

/** So many sources are remembered; then a tenth is forgotten, those first that were silent longest. */
const mostSources = 100_000;

/**
 * The combined event clock of all sources: how far event time has come, before any rule's lateness. It is the minimum
 * over the sources that are heard of and do not lag too far; in silence it runs on at the speed of the wall clock.
 */
export class EventClock {
  readonly #config: TimeConfig;
  readonly #wall: WallClock;
  readonly #sources = new Map<string, Source>();
  #listed: Source[] = [];
  /** Events of one source come in runs. */
  #last: Source | undefined = undefined;
  /** When any source was last heard of. */
  #latest: Millis = never;
  /** The clock when sources were last active: from where it runs on in silence. */
  #base: Millis = never;
  #now: Millis = never;
  /** Whether there is one active source and none is known to join it. */
  #alone = false;

  constructor(config: TimeConfig) {
    this.#config = config;
    this.#wall = new WallClock(config.idleAfter);
  }

  get now(): Millis {
    return this.#now;
  }

  /** The highest event time of any source, which those that lag behind have yet to come to. */
  get farthest(): Millis {
    return this.#farthest([...this.#sources.values()]);
  }

  /** Takes in one event. `ahead`: it is too far in the future to be believed, and moves nothing. */
  observe(name: string, time: Millis, receivedAt: Millis): 'on-time' | 'ahead' {
    let source = this.#last;
    if (source === undefined || source.name !== name) {
      source = this.#sources.get(name);
      if (source !== undefined) this.#last = source;
    }
    const limit = receivedAt + this.#config.maxAhead;
    if (!(time <= limit) && (source === undefined || !(time <= source.high + this.#config.maxAhead)))
      return 'ahead';
    source ??= this.#admit(name);
    if (time > source.high) source.high = time;
    const wall = this.#wall.read(receivedAt);
    if (wall !== source.arrival || !source.listed) this.#heardOf(source, wall);
    // A source that is alone moves the clock with each event, so that nothing depends on how batches were cut.
    if (this.#alone && this.#listed.length === 1 && source.high > this.#now) {
      this.#now = source.high;
      this.#base = source.high;
    }
    return 'on-time';
  }

  /** Whether no source is active, so that the next batch should be looked through for `expect`. */
  get deserted(): boolean {
    return this.#listed.length === 0;
  }

  /**
   * Says how many sources the coming batch has. Several that come together hold each other back from the first
   * event on; without this the first would run ahead alone.
   */
  expect(sources: number): void {
    this.#alone = sources === 1 && this.deserted;
  }

  /**
   * Says that nobody listened since the last reading. That time is no source's silence: the clock does not run on by
   * it, and the sources that were active then have all of `idleAfter` to be heard of again.
   */
  resume(receivedAt: Millis): void {
    const wall = this.#wall.skipTo(receivedAt);
    if (this.#listed.length > 0) this.#latest = wall;
    for (const source of this.#listed) source.arrival = wall;
  }

  /** Recomputes `now`; called at the end of each batch and at each tick. */
  advance(receivedAt: Millis): void {
    const wall = this.#wall.read(receivedAt);
    if (this.#latest === never) return;
    const silentFrom = this.#latest + this.#config.idleAfter;
    // In silence the sources are combined as they were when it began, so the result does not depend on when ticks come.
    const combined = this.#combine(Math.min(wall, silentFrom));
    if (wall > silentFrom) {
      this.#base = Math.max(this.#base, combined);
      this.#now = Math.max(this.#now, this.#base + (wall - silentFrom));
    } else {
      this.#now = Math.max(this.#now, combined);
      this.#base = this.#now;
    }
    this.#dropIdle(wall);
    this.#alone = this.#listed.length === 1;
    if (this.#sources.size > mostSources) this.#forget();
  }

  /** Number of sources known, and of those among them that are idle. */
  get sources(): { count: number; idle: number } {
    return { count: this.#sources.size, idle: this.#sources.size - this.#listed.length };
  }

  /** Where each source is; for pages and metrics that ask for it. */
  lags(): SourceLag[] {
    const farthest = this.#farthest(this.#listed);
    return [...this.#sources.values()].map(({ name, high, listed }) => ({
      source: name,
      lag: Math.max(0, farthest - high),
      idle: !listed,
    }));
  }

  snapshot(): unknown {
    const sources = [...this.#sources.values()]
      .sort(byAgeThenName)
      .map(({ name, high, arrival, listed }) => [name, high, arrival, listed]);
    const clock = [this.#latest, this.#base, this.#now].map((time) => (time === never ? null : time));
    return { clock, wall: this.#wall.snapshot(), sources, alone: this.#alone };
  }

  restore(snapshot: unknown): void {
    const { clock, wall, sources, alone } = snapshot as {
      clock: (Millis | null)[];
      wall: unknown;
      sources: [string, Millis, Millis, boolean][];
      alone: boolean;
    };
    [this.#latest, this.#base, this.#now] = clock.map((time) => time ?? never) as [Millis, Millis, Millis];
    this.#wall.restore(wall);
    this.#last = undefined;
    this.#sources.clear();
    for (const [name, high, arrival, listed] of sources)
      this.#sources.set(name, { name, high, arrival, listed });
    this.#listed = [...this.#sources.values()].filter(({ listed }) => listed);
    this.#alone = alone;
  }

  #admit(name: string): Source {
    const source = { name, high: never, arrival: never, listed: false };
    this.#sources.set(name, source);
    this.#last = source;
    return source;
  }

  #heardOf(source: Source, wall: Millis): void {
    source.arrival = wall;
    if (wall > this.#latest) this.#latest = wall;
    if (source.listed) return;
    source.listed = true;
    this.#listed.push(source);
  }

  /** The least event clock of the sources that are active at that time and not too far behind the farthest. */
  #combine(at: Millis): Millis {
    const since = at - this.#config.idleAfter;
    let farthest = never;
    for (const { arrival, high } of this.#listed) if (arrival >= since && high > farthest) farthest = high;
    const floor = farthest - this.#config.maxLag;
    let least = farthest;
    for (const { arrival, high } of this.#listed)
      if (arrival >= since && high >= floor && high < least) least = high;
    return least;
  }

  #farthest(sources: Source[]): Millis {
    return sources.reduce((farthest, { high }) => Math.max(farthest, high), never);
  }

  #dropIdle(wall: Millis): void {
    const since = wall - this.#config.idleAfter;
    let kept = 0;
    for (const source of this.#listed) {
      source.listed = source.arrival >= since;
      if (source.listed) this.#listed[kept++] = source;
    }
    this.#listed.length = kept;
  }

  #forget(): void {
    const oldest = [...this.#sources.values()].sort(byAgeThenName);
    for (const source of oldest.slice(0, this.#sources.size - mostSources * 0.9)) {
      this.#sources.delete(source.name);
      source.listed = false;
    }
    this.#listed = this.#listed.filter(({ listed }) => listed);
    this.#last = undefined;
  }
}

const byAgeThenName = (a: Source, b: Source) => a.arrival - b.arrival || (a.name < b.name ? -1 : 1);
