import { randomBytes } from 'node:crypto';
import type { Millis } from '@logboom/common';
import { parseDuration } from '@logboom/common';
import { isObject, type JsonObject } from '../json.ts';
import { illegalArgument, StoreError } from '../store-error.ts';
import type { Scroll } from './scroll.ts';

/** Contexts that may be open at once; each holds references to hits in memory. */
const mostContexts = 100;
/** `search.max_keep_alive`. */
const longestLife = 24 * 3_600_000;

export function keepAlive(text: string | undefined, name: string): Millis {
  const life = text === undefined ? undefined : parseDuration(text);
  if (life === undefined)
    throw illegalArgument(
      `failed to parse setting [${name}] with value [${text}] as a time value: unit is missing or unrecognized`,
    );
  if (life > longestLife)
    throw illegalArgument(`Keep alive for request (${text}) is too large. It must be less than (1d).`);
  return life;
}

/** Whether a text can be the id of a scroll or a point in time at all. */
export const isContextId = (id: string): boolean => /^[\w-]{32}$/.test(id);

function missing(id: string): StoreError {
  return new StoreError(404, 'search_context_missing_exception', `No search context found for id [${id}]`);
}

/** Things that live for a while under an id that nobody can guess. */
class Contexts<T> {
  readonly #now: () => Millis;
  readonly #live = new Map<string, { value: T; until: Millis }>();

  constructor(now: () => Millis) {
    this.#now = now;
  }

  get count(): number {
    return this.#live.size;
  }

  open(value: T, life: Millis): string {
    this.#expire();
    if (this.#live.size >= mostContexts)
      throw new StoreError(
        429,
        'rejected_execution_exception',
        `Trying to create too many search contexts. Must be less than or equal to: [${mostContexts}].`,
      );
    const id = randomBytes(24).toString('base64url');
    this.#live.set(id, { value, until: this.#now() + life });
    this.#expireAfter(life);
    return id;
  }

  use(id: string, life: Millis | undefined): T {
    this.#expire();
    const context = this.#live.get(id);
    if (!context && !isContextId(id)) throw illegalArgument('Cannot parse scroll id');
    if (!context) throw missing(id);
    if (life !== undefined) {
      context.until = this.#now() + life;
      this.#expireAfter(life);
    }
    return context.value;
  }

  close(id: string): boolean {
    return this.#live.delete(id);
  }

  closeAll(): number {
    const { size } = this.#live;
    this.#live.clear();
    return size;
  }

  /** What nobody asks for again must not stay in memory until somebody asks for something else. */
  #expireAfter(life: Millis): void {
    setTimeout(() => this.#expire(), life + 1).unref();
  }

  #expire(): void {
    const now = this.#now();
    for (const [id, { until }] of this.#live) if (until <= now) this.#live.delete(id);
  }
}

/** Indices by name, and for each the sequence from which on nothing is seen. Another of the same name is another index. */
export type Snapshot = Map<string, { uuid: string; before: number }>;

/** Points in time. Documents deleted since are gone from them, unlike in Elasticsearch; later ones are never seen. */
export class PointsInTime extends Contexts<Snapshot> {
  /** The snapshot that a search's `pit` names. */
  of(body: JsonObject): { snapshot: Snapshot; id: string } | undefined {
    const { pit } = body;
    if (pit === undefined) return undefined;
    if (!isObject(pit) || typeof pit.id !== 'string') throw illegalArgument('[pit] must have an [id]');
    const life = pit.keep_alive === undefined ? undefined : keepAlive(String(pit.keep_alive), 'keep_alive');
    return { snapshot: this.use(pit.id, life), id: pit.id };
  }
}

export class Scrolls extends Contexts<Scroll> {}
