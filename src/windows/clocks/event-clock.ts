import type { TimeConfig } from '../../config/schema/time.ts';
import type { Millis } from '../../model.ts';
import type { Snapshot } from '../../util/snapshot.ts';
import { type NewConnection, NewConnections } from './new-connections.ts';
import {
  byAgeThenName,
  type ClockState,
  clockFormat,
  combine,
  farthestOf,
  hold,
  isHeld,
  lagsOf,
  newSource,
  type Source,
  type SourceLag,
  type Time,
} from './source.ts';
import { WallClock } from './wall-clock.ts';

const never = Number.NEGATIVE_INFINITY;

/** So many sources are remembered; then a tenth is forgotten, those first that were silent longest. */
const mostSources = 100_000;

/**
 * The combined event clock of all sources: how far event time has come, before any rule's lateness. It is the minimum
 * over the sources that are heard of and do not lag too far; in silence it runs on at the speed of the wall clock.
 *
 * What comes over a new connection comes in no order: a sender overtakes its own windows when it opens one. So for a
 * short while its sources do not move the clock beyond where they, or it, stood before.
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
  /** The clock as it would be if no source were held. */
  #unheld: Millis = never;
  /** The least event time before the clock began. */
  #first: Millis = Number.POSITIVE_INFINITY;
  /** Whether a source may be held. */
  #holding = false;
  readonly #settle: Millis;
  readonly #connections: NewConnections;
  /** The connection of the batch in hand, if it is new. */
  #young: NewConnection | undefined = undefined;
  /** Whether there is one active source and none is known to join it. */
  #alone = false;

  constructor(config: TimeConfig) {
    this.#config = config;
    this.#wall = new WallClock(config.idleAfter);
    // In silence no source is to be held any more.
    this.#settle = Math.min(config.settle, config.idleAfter);
    this.#connections = new NewConnections(this.#settle);
  }

  get now(): Millis {
    return this.#now;
  }

  /** The highest event time of any source, which those that lag behind have yet to come to. */
  get farthest(): Millis {
    return farthestOf([...this.#sources.values()]);
  }

  /** Says over which connection the coming events came; undefined where senders keep their order. */
  beginBatch(connection: string | undefined, receivedAt: Millis): void {
    this.#young =
      connection === undefined
        ? undefined
        : this.#connections.batchFrom(connection, this.#wall.read(receivedAt), this.#unheld);
  }

  /**
   * Takes in one event. `ahead`: it is too far in the future to be believed, and moves nothing. `unsettled`: it is far
   * beyond where the clock is held, so what should be known of the time in between is still to come.
   */
  observe(name: string, time: Millis, receivedAt: Millis): 'on-time' | 'unsettled' | 'ahead' {
    let source = this.#last;
    if (source === undefined || source.name !== name) {
      source = this.#sources.get(name);
      if (source !== undefined) this.#last = source;
    }
    const limit = receivedAt + this.#config.maxAhead;
    if (!(time <= limit) && (source === undefined || !(time <= source.high + this.#config.maxAhead)))
      return 'ahead';
    source ??= this.#admit(name);
    const wall = this.#wall.read(receivedAt);
    if (this.#young !== undefined) {
      hold(source, this.#young, wall, this.#settle);
      this.#holding = true;
    }
    if (this.#now === never && time < this.#first) this.#first = time;
    if (time > source.high) source.high = time;
    if (wall !== source.arrival || !source.listed) this.#heardOf(source, wall);
    // A source that is alone moves the clock with each event, so that nothing depends on how batches were cut.
    if (this.#alone && this.#listed.length === 1 && source.high > this.#now && !isHeld(source, wall)) {
      this.#now = source.high;
      this.#base = source.high;
      this.#unheld = source.high;
    }
    return this.#holding && time > (this.#now === never ? this.#first : this.#now) + this.#settle
      ? 'unsettled'
      : 'on-time';
  }

  /** Whether no source is active, so that the next batch should be looked through for `expect`. */
  get hasNoActiveSource(): boolean {
    return this.#listed.length === 0;
  }

  /**
   * Says how many sources the coming batch has. Several that come together hold each other back from the first
   * event on; without this the first would run ahead alone.
   */
  expectSources(sources: number): void {
    this.#alone = sources === 1 && this.hasNoActiveSource;
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
    return lagsOf([...this.#sources.values()]);
  }

  snapshot(): Snapshot<ClockState> {
    const sources = [...this.#sources.values()]
      .sort(byAgeThenName)
      .map(({ name, high, arrival, listed, held }): ClockState['sources'][number] => {
        return [name, high, arrival, listed, held ?? null];
      });
    const finite = (time: Millis): Time => (Number.isFinite(time) ? time : null);
    const clock: ClockState['clock'] = [
      finite(this.#latest),
      finite(this.#base),
      finite(this.#now),
      finite(this.#unheld),
      finite(this.#first),
    ];
    const connections = this.#connections.state();
    const [alone, holding] = [this.#alone, this.#holding];
    return clockFormat.write({ clock, wall: this.#wall.state(), sources, alone, holding, connections });
  }

  restore(snapshot: Snapshot<ClockState>): void {
    const { clock, wall, sources, alone, holding, connections } = clockFormat.read(snapshot);
    const [latest, base, now, unheld, first] = clock;
    this.#latest = latest ?? never;
    this.#base = base ?? never;
    this.#now = now ?? never;
    this.#unheld = unheld ?? this.#now;
    this.#first = first ?? Number.POSITIVE_INFINITY;
    this.#connections.restore(connections ?? []);
    this.#young = undefined;
    this.#wall.restore(wall);
    this.#last = undefined;
    this.#sources.clear();
    for (const [name, high, arrival, listed, held] of sources)
      this.#sources.set(name, { name, high, arrival, listed, held: held ?? undefined });
    this.#listed = [...this.#sources.values()].filter(({ listed }) => listed);
    this.#alone = alone;
    this.#holding = holding ?? false;
  }

  #admit(name: string): Source {
    const source = newSource(name);
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
    const { least, held, holding } = combine(this.#listed, at, this.#config);
    this.#holding = holding;
    this.#unheld = Math.max(this.#unheld, least);
    return Math.min(least, held);
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
