import type { ClockConfig } from '../../config/schema/time.ts';
import type { Millis } from '../../model.ts';
import type { Snapshot } from '../../util/snapshot.ts';
import {
  byAgeThenName,
  type ClockState,
  clockFormat,
  combine,
  hold,
  isHeld,
  lagsOf,
  type NewConnection,
  NewConnections,
  newSource,
  restoredSources,
  type Source,
  type SourceLag,
  type Time,
  WallClock,
} from './source.ts';

const never = Number.NEGATIVE_INFINITY;

/**
 * The combined event clock of all sources: how far event time has come, before any rule's lateness. It is the minimum
 * over the sources that are active and do not lag too far. While all are idle it advances at the speed of the wall clock.
 * It never goes back. Times are milliseconds; wall time is that of `receivedAt`, never of this machine's clock.
 *
 * A stamp does not move a source's clock beyond the receipt time: one that is ahead would close windows that are still
 * being filled, for everything that the source sends.
 *
 * Batches of a new connection may be out of order, because a sender may overtake its own windows when it opens one. For
 * `time.settle` after a connection is new, its sources do not move the clock beyond where they, or the clock, stood before.
 */
export class EventClock {
  /** The highest event time of any source, which may be ahead of the receipt. */
  farthest: Millis = never;
  /** Beyond that the tenth that was idle longest is forgotten. */
  readonly mostSources: number;
  readonly #config: ClockConfig;
  #forgotten = 0;
  readonly #wall: WallClock;
  readonly #sources = new Map<string, Source>();
  #listed: Source[] = [];
  /** The source of the last event: events of one source come in runs. */
  #last: Source | undefined = undefined;
  /** Wall time at which any source was last seen. */
  #latest: Millis = never;
  /** The clock when a source was last active. While all are idle it advances from there. */
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
  /** The connection of the present batch, if it is new. */
  #newConnection: NewConnection | undefined = undefined;
  /** Whether there is one active source and the present batch brings no other. */
  #alone = false;

  constructor(config: ClockConfig, mostSources = Number.POSITIVE_INFINITY) {
    this.#config = config;
    this.mostSources = mostSources;
    this.#wall = new WallClock(config.idleAfter);
    // Once all are idle no source may be held any more.
    this.#settle = Math.min(config.settle, config.idleAfter);
    this.#connections = new NewConnections(this.#settle);
  }

  get now(): Millis {
    return this.#now;
  }

  /** Is called before the events of a batch. `connection` is undefined for inputs that keep the order of events. */
  beginBatch(connection: string | undefined, receivedAt: Millis): void {
    this.#newConnection =
      connection === undefined
        ? undefined
        : this.#connections.batchFrom(connection, this.#wall.read(receivedAt), this.#unheld);
  }

  /** Takes in one event. `unsettled`: it is farther than `time.settle` beyond where a new connection holds the clock. */
  observe(name: string, time: Millis, receivedAt: Millis): 'on-time' | 'unsettled' {
    let source = this.#last;
    if (source === undefined || source.name !== name) {
      source = this.#sources.get(name);
      if (source !== undefined) this.#last = source;
    }
    source ??= this.#admit(name);
    const wall = this.#wall.read(receivedAt);
    if (this.#newConnection !== undefined) {
      hold(source, this.#newConnection, wall, this.#settle);
      this.#holding = true;
    }
    if (this.#now === never && time < this.#first) this.#first = time;
    if (time > this.farthest) this.farthest = time;
    const reached = Math.min(time, receivedAt);
    if (reached > source.high) source.high = reached;
    if (wall !== source.arrival || !source.listed) this.#markSeen(source, wall);
    // A single source moves the clock with each event, so that nothing depends on how batches were cut.
    if (this.#alone && this.#listed.length === 1 && source.high > this.#now && !isHeld(source, wall)) {
      this.#now = source.high;
      this.#base = source.high;
      this.#unheld = source.high;
    }
    return this.#holding && time > (this.#now === never ? this.#first : this.#now) + this.#settle
      ? 'unsettled'
      : 'on-time';
  }

  /** Whether no source is active. Then `expectSources` is to be called before the events of the next batch. */
  get hasNoActiveSource(): boolean {
    return this.#listed.length === 0;
  }

  /** Sets how many sources the next batch has. Several hold each other back from the first event on. */
  expectSources(sources: number): void {
    this.#alone = sources === 1 && this.hasNoActiveSource;
  }

  /**
   * The server was down since the last reading. No source was idle in that time: the clock does not advance by it, and
   * the sources that were active then have all of `idleAfter` to be seen again.
   */
  resume(receivedAt: Millis): void {
    const wall = this.#wall.skipTo(receivedAt);
    if (this.#listed.length > 0) this.#latest = wall;
    for (const source of this.#listed) source.arrival = wall;
  }

  /** Computes `now` anew. To be called at the end of each batch and at each tick. */
  advance(receivedAt: Millis): void {
    const wall = this.#wall.read(receivedAt);
    if (this.#latest === never) return;
    const idleFrom = this.#latest + this.#config.idleAfter;
    // While all are idle the sources are combined as they were when that began, so that the result does not depend on
    // when ticks come.
    const combined = this.#combine(Math.min(wall, idleFrom));
    if (wall > idleFrom) {
      this.#base = Math.max(this.#base, combined);
      this.#now = Math.max(this.#now, this.#base + (wall - idleFrom));
    } else {
      this.#now = Math.max(this.#now, combined);
      this.#base = this.#now;
    }
    this.#dropIdle(wall);
    this.#alone = this.#listed.length === 1;
    if (this.#sources.size > this.mostSources) this.#forget();
  }

  /** Numbers of sources: those known, those among them that are idle, and those that were forgotten. */
  get sources(): { count: number; idle: number; forgotten: number } {
    const { size: count } = this.#sources;
    return { count, idle: count - this.#listed.length, forgotten: this.#forgotten };
  }

  /** The lag of each source, computed for pages and metrics when they ask. */
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
    const [connections, wall] = [this.#connections.state(), this.#wall.state()];
    const [alone, holding, forgotten] = [this.#alone, this.#holding, this.#forgotten];
    const farthest = finite(this.farthest);
    return clockFormat.write({ clock, wall, sources, alone, holding, connections, farthest, forgotten });
  }

  restore(snapshot: Snapshot<ClockState>): void {
    const state = clockFormat.read(snapshot);
    const { clock, wall, alone, holding, connections } = state;
    const [latest, base, now, unheld, first] = clock;
    this.#latest = latest ?? never;
    this.#base = base ?? never;
    this.#now = now ?? never;
    this.#unheld = unheld ?? this.#now;
    this.#first = first ?? Number.POSITIVE_INFINITY;
    this.#connections.restore(connections ?? []);
    this.#forgotten = state.forgotten ?? 0;
    this.#newConnection = undefined;
    this.#wall.restore(wall);
    this.#last = undefined;
    this.#sources.clear();
    const { sources, farthest } = restoredSources(state);
    for (const source of sources) this.#sources.set(source.name, source);
    this.farthest = farthest;
    this.#listed = sources.filter(({ listed }) => listed);
    this.#alone = alone;
    this.#holding = holding ?? false;
  }

  #admit(name: string): Source {
    const source = newSource(name);
    this.#sources.set(name, source);
    this.#last = source;
    return source;
  }

  #markSeen(source: Source, wall: Millis): void {
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
    const excess = this.#sources.size - Math.ceil(this.mostSources * 0.9);
    const oldest = [...this.#sources.values()].sort(byAgeThenName).slice(0, excess);
    for (const { name } of oldest) this.#sources.delete(name);
    this.#forgotten += excess;
    this.#listed = this.#listed.filter(({ name }) => this.#sources.has(name));
    this.#last = undefined;
  }
}
