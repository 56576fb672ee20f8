import { randomBytes } from 'node:crypto';
import type { Millis } from '@logboom/common';
import { parseDuration } from '@logboom/common';
import { isObject, type JsonObject } from '../json.ts';
import { illegalArgument, StoreError } from '../store-error.ts';
import type { Scroll } from './scroll.ts';

/**
 * Contexts that may be open at once (`search.max_open_scroll_context` is 500 in Elasticsearch).
 * Each holds references to hits in memory.
 */
const maxContexts = 100;
/** Milliseconds. Elasticsearch's `search.max_keep_alive`. */
const maxKeepAlive = 24 * 3_600_000;

/**
 * A `keep_alive` or `scroll` parameter in milliseconds. `name` is the parameter, for errors.
 * @throws StoreError where it is missing, malformed or more than a day.
 */
export function keepAlive(text: string | undefined, name: string): Millis {
  const life = text === undefined ? undefined : parseDuration(text);
  if (life === undefined)
    throw illegalArgument(
      `failed to parse setting [${name}] with value [${text}] as a time value: unit is missing or unrecognized`,
    );
  if (life > maxKeepAlive)
    throw illegalArgument(`Keep alive for request (${text}) is too large. It must be less than (1d).`);
  return life;
}

/** Whether a text has the form of a context's id: 24 random bytes as base64url, 32 characters. */
export const isContextId = (id: string): boolean => /^[\w-]{32}$/.test(id);

/** Elasticsearch's error for a context that expired or never was. */
function missing(id: string): StoreError {
  return new StoreError(404, 'search_context_missing_exception', `No search context found for id [${id}]`);
}

/**
 * Values that live for a limited time under an id that cannot be guessed. They are in memory only:
 * a restart ends them, as in Elasticsearch.
 *
 * A context expires `life` milliseconds after its last use that named one. A timer removes it, so
 * that memory is freed without another request.
 */
class Contexts<T> {
  readonly #now: () => Millis;
  readonly #live = new Map<string, { value: T; until: Millis }>();

  constructor(now: () => Millis) {
    this.#now = now;
  }

  /** Open contexts, expired ones included until their timer fires. */
  get count(): number {
    return this.#live.size;
  }

  /**
   * Keeps a value and returns its id.
   * @throws StoreError 429 where too many are open.
   */
  open(value: T, life: Millis): string {
    this.#expire();
    if (this.#live.size >= maxContexts)
      throw new StoreError(
        429,
        'rejected_execution_exception',
        `Trying to create too many search contexts. Must be less than or equal to: [${maxContexts}].`,
      );
    const id = randomBytes(24).toString('base64url');
    this.#live.set(id, { value, until: this.#now() + life });
    this.#expireAfter(life);
    return id;
  }

  /**
   * The value, whose life starts again where `life` is given.
   * @throws StoreError 400 for a malformed id, 404 for an unknown one.
   */
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

  /** Ends a context. Returns whether it was open. */
  close(id: string): boolean {
    return this.#live.delete(id);
  }

  /** Ends all contexts. Returns how many there were. */
  closeAll(): number {
    const { size } = this.#live;
    this.#live.clear();
    return size;
  }

  /** The timer does not keep the process alive. */
  #expireAfter(life: Millis): void {
    setTimeout(() => this.#expire(), life + 1).unref();
  }

  #expire(): void {
    const now = this.#now();
    for (const [id, { until }] of this.#live) if (until <= now) this.#live.delete(id);
  }
}

/**
 * The indices of a point in time by name, each with its uuid and the sequence from which on nothing
 * is seen. An index that was created later under the same name has another uuid and is not seen.
 */
export type PointInTime = Map<string, { uuid: string; before: number }>;

/**
 * Points in time. One copies nothing: documents that are deleted later are missing from it,
 * unlike in Elasticsearch, and documents that are written later are never seen.
 */
export class PointsInTime extends Contexts<PointInTime> {
  /**
   * The point in time that a search's `pit` names, or undefined where it names none. `keep_alive`
   * extends its life.
   */
  of(body: JsonObject): { point: PointInTime; id: string } | undefined {
    const { pit } = body;
    if (pit === undefined) return undefined;
    if (!isObject(pit) || typeof pit.id !== 'string') throw illegalArgument('[pit] must have an [id]');
    const life = pit.keep_alive === undefined ? undefined : keepAlive(String(pit.keep_alive), 'keep_alive');
    return { point: this.use(pit.id, life), id: pit.id };
  }
}

/** Open scrolls. */
export class Scrolls extends Contexts<Scroll> {}
