import type { Client } from '@elastic/elasticsearch';
import type { Millis } from '../../../model.ts';
import type { SinkTelemetry } from '../../../telemetry/sink.ts';
import { type BulkEntry, bodyOf, compressed, sizeOf } from './bulk-request.ts';
import { filterPath, type ItemAnswer, readAnswer } from './bulk-response.ts';
import type { Clock, Outage } from './circuit-breaker.ts';
import type { Slots } from './concurrency-limit.ts';
import { type FailureVerdict, judgeFailure } from './request-failure.ts';

type Answer =
  | { kind: 'answered'; items: ItemAnswer[] }
  | { kind: 'halve'; reason: string; tooLarge: boolean };

interface CourierOptions {
  client: Client;
  compression: boolean;
  /** Of the address of each request, beside our own. */
  parameters?: Record<string, string>;
  /** How long the server may wait for a shard or a new index before it answers about a document. */
  shardsWithin: Millis;
  slots: Slots;
  outage: Outage;
  clock: Clock;
  telemetry: SinkTelemetry;
  signal: AbortSignal;
}

/** Deletes what is nowhere: whoever takes bulk requests answers that with a 404 for this item, or a 403. */
const probe = Buffer.from('{"delete":{"_index":"logboom-no-such-index","_id":"-"}}\n');

const ofTheRequest =
  '; that is about every request and no document: check `elasticsearch.parameters`, and whether `rest.action.multi.allow_explicit_index` is off';

/** Carries one bulk request to the server, however often that takes. */
export class Courier {
  readonly #options: CourierOptions;
  /** The last request was answered, so what another one is refused for is in its documents. */
  #understood = false;

  constructor(options: CourierOptions) {
    this.#options = options;
  }

  /** Resolves with an answer about these very items; rejects only when the sink is closed. */
  async carry(entries: BulkEntry[]): Promise<Answer> {
    for (;;) {
      const answer = await this.#inSlot(() => this.#once(entries));
      if (answer) return answer;
    }
  }

  /** Fewer requests at once: some documents of an answered request were turned away for load. */
  slowDown(): void {
    this.#options.slots.overloaded();
  }

  /** A slot is kept during a pause: while the server is in trouble only its holders ask again. */
  async #inSlot<Result>(work: () => Promise<Result>): Promise<Result> {
    const { slots, outage, signal, telemetry } = this.#options;
    const release = await slots.take();
    try {
      signal.throwIfAborted();
      await outage.passage();
      telemetry.inFlight(slots.taken, slots.bound);
      return await work();
    } finally {
      release();
      telemetry.inFlight(slots.taken, slots.bound);
    }
  }

  /** Returns undefined where the same request is to be sent again. */
  async #once(entries: BulkEntry[]): Promise<Answer | undefined> {
    const { slots, outage, clock, telemetry, signal } = this.#options;
    const beganAt = outage.failures;
    const began = clock.now();
    try {
      const items = readAnswer(await this.#send(bodyOf(entries)), entries.length);
      if (typeof items === 'string') return this.#failed('answer', items, false, beganAt);
      this.#understood = true;
      slots.succeeded();
      outage.succeeded();
      telemetry.bulkSent(sizeOf(entries), clock.now() - began);
      return { kind: 'answered', items };
    } catch (thrown) {
      signal.throwIfAborted();
      const verdict = await this.#judge(thrown);
      if (verdict.kind === 'again')
        return this.#failed(verdict.key, verdict.reason, verdict.unreachable, beganAt);
      outage.succeeded();
      return verdict;
    }
  }

  /**
   * A 400 may be about a parameter of every request. Halving those would send all documents to the dead letters, one
   * by one; so a request without a document is tried first.
   */
  async #judge(thrown: unknown): Promise<FailureVerdict> {
    const verdict = judgeFailure(thrown);
    if (verdict.kind === 'again' || verdict.tooLarge || this.#understood) return verdict;
    const probed = await this.#send(probe).then(
      () => undefined,
      (refusal) => judgeFailure(refusal),
    );
    this.#options.signal.throwIfAborted();
    if (probed === undefined) return verdict;
    if (probed.kind === 'again') return probed;
    return { kind: 'again', key: 'request', reason: probed.reason + ofTheRequest, unreachable: false };
  }

  #failed(key: string, reason: string, unreachable: boolean, beganAt: number): undefined {
    this.#understood = false;
    this.#options.slots.overloaded();
    this.#options.outage.failed(key, reason, unreachable, beganAt);
  }

  /**
   * No time limit is given for this one request: the client would end it by raising our own signal, which all
   * requests share. The client's general limit works without that.
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
