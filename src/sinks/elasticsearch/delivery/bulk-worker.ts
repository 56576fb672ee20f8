import type { Millis } from '../../../model.ts';
import type { SinkTelemetry } from '../../../telemetry/components/sink.ts';
import type { ElasticsearchClient } from '../client/client.ts';
import { type BulkEntry, bodyOf, compressed, sizeOf } from './bulk-request.ts';
import {
  allCreated,
  type FailureVerdict,
  filterPath,
  type ItemAnswer,
  judgeFailure,
  readAnswer,
} from './bulk-response.ts';
import type { CircuitBreaker, Clock, ConcurrencyLimit } from './circuit-breaker.ts';

export type Answer =
  | { kind: 'answered'; items: ItemAnswer[] }
  /** All of them were created. */
  | { kind: 'created' }
  | { kind: 'halve'; reason: string; tooLarge: boolean }
  /** The server fails on this request, and takes others: a document in it may be the cause. */
  | { kind: 'failing'; reason: string };

interface BulkBody {
  /** Number of items. */
  length: number;
  bytes: number;
  /** Called when there is a slot, so that no more bodies are in memory than requests in flight. */
  body: () => Buffer;
}

interface BulkWorkerOptions {
  client: ElasticsearchClient;
  compression: boolean;
  /** Query parameters of each request, beside those that are set here. */
  parameters?: Record<string, string>;
  /** The `timeout` parameter: how long the server may wait for a shard or a new index. */
  shardsWithin: Millis;
  limit: ConcurrencyLimit;
  breaker: CircuitBreaker;
  clock: Clock;
  telemetry: SinkTelemetry;
  signal: AbortSignal;
}

/** A request that failed with 500 so often in a row is compared with one without a document. */
const TRIES_BEFORE_SUSPICION = 3;

/** Deletes a document of an index that does not exist: a server that accepts bulk requests answers 404 or 403 for the item. */
const probe = Buffer.from('{"delete":{"_index":"logboom-no-such-index","_id":"-"}}\n');

const ofTheRequest =
  '; that is about every request and no document: check `elasticsearch.parameters`, and whether `rest.action.multi.allow_explicit_index` is off';

/**
 * Sends one bulk request until the server answers about its items. Requests share the concurrency limit and the circuit breaker.
 */
export class BulkWorker {
  readonly #options: BulkWorkerOptions;
  /** The last request was answered, so a refusal of another one is about its documents. */
  #understood = false;

  constructor(options: BulkWorkerOptions) {
    this.#options = options;
  }

  /**
   * Resolves with an answer about exactly these items. Rejects only when the sink is closed. `suspected`: the server failed
   * on a request that had these items, so the first failure shows it.
   */
  send(entries: BulkEntry[], suspected = false): Promise<Answer> {
    const bulk = { length: entries.length, bytes: sizeOf(entries), body: () => bodyOf(entries) };
    return this.sendBody(bulk, suspected);
  }

  /** The same for a request body of so many items. */
  async sendBody(bulk: BulkBody, suspected = false): Promise<Answer> {
    for (let tries = 1; ; tries++) {
      const isSuspected = suspected || tries >= TRIES_BEFORE_SUSPICION;
      const answer = await this.#withSlot(() => this.#once(bulk, isSuspected));
      if (answer) return answer;
    }
  }

  /** Halves the number of concurrent requests: the server rejected some documents because of its load. */
  slowDown(): void {
    this.#options.limit.overloaded();
  }

  /** A slot is held during a pause, so that only as many requests are tried again as there are slots. */
  async #withSlot<Result>(work: () => Promise<Result>): Promise<Result> {
    const { limit, breaker, signal, telemetry } = this.#options;
    const release = await limit.acquire();
    try {
      signal.throwIfAborted();
      await breaker.untilClosed();
      telemetry.inFlight(limit.inUse, limit.bound);
      return await work();
    } finally {
      release();
      telemetry.inFlight(limit.inUse, limit.bound);
    }
  }

  /** Returns undefined where the same request has to be sent again. */
  async #once({ length, bytes, body }: BulkBody, suspected: boolean): Promise<Answer | undefined> {
    const { limit, breaker, clock, telemetry, signal } = this.#options;
    const beganAt = breaker.failures;
    const began = clock.now();
    try {
      const items = readAnswer(await this.#send(body()), length);
      if (typeof items === 'string') return this.#failed('answer', items, false, beganAt);
      this.#understood = true;
      limit.succeeded();
      breaker.succeeded();
      telemetry.bulkSent(bytes, clock.now() - began);
      return items === allCreated ? { kind: 'created' } : { kind: 'answered', items };
    } catch (thrown) {
      signal.throwIfAborted();
      const verdict = await this.#judge(thrown, suspected);
      if (verdict.kind === 'again')
        return this.#failed(verdict.key, verdict.reason, verdict.unreachable, beganAt);
      breaker.succeeded();
      return verdict;
    }
  }

  /**
   * A 400 may be about a parameter of every request. Halving the request would then make dead letters of all documents.
   * So a request without a document is tried first.
   */
  async #judge(
    thrown: unknown,
    suspected: boolean,
  ): Promise<FailureVerdict | (Answer & { kind: 'failing' })> {
    const verdict = judgeFailure(thrown);
    if (verdict.kind === 'again')
      return suspected && verdict.mayBeDocument ? this.#suspect(verdict) : verdict;
    if (verdict.tooLarge || this.#understood) return verdict;
    const probed = await this.#send(probe).then(
      () => undefined,
      (refusal) => judgeFailure(refusal),
    );
    this.#options.signal.throwIfAborted();
    if (probed === undefined) return verdict;
    if (probed.kind === 'again') return probed;
    return { kind: 'again', key: 'request', reason: probed.reason + ofTheRequest, unreachable: false };
  }

  /** A server that answers a request without a document fails on the documents of the other one. */
  async #suspect(verdict: FailureVerdict): Promise<FailureVerdict | (Answer & { kind: 'failing' })> {
    const isWell = await this.#send(probe).then(
      () => true,
      () => false,
    );
    this.#options.signal.throwIfAborted();
    return isWell ? { kind: 'failing', reason: verdict.reason } : verdict;
  }

  #failed(key: string, reason: string, unreachable: boolean, beganAt: number): undefined {
    this.#understood = false;
    this.#options.limit.overloaded();
    this.#options.breaker.failed(key, reason, unreachable, beganAt);
  }

  /**
   * The request has no timeout of its own: the client would then abort the signal, which all requests share. The client's
   * general timeout applies.
   */
  async #send(plain: Buffer): Promise<unknown> {
    const { client, compression, parameters, shardsWithin, signal } = this.#options;
    const bulkBody = compression ? await compressed(plain) : plain;
    const headers = compression ? { 'content-encoding': 'gzip' } : {};
    return client.transport.request(
      {
        method: 'POST',
        path: '/_bulk',
        querystring: { timeout: `${shardsWithin}ms`, ...parameters, filter_path: filterPath },
        bulkBody,
      },
      { signal, headers },
    );
  }
}
