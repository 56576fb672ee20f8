import { messageOf } from '../../../errors.ts';
import type { BulkItem, DeadLetter, DeliveryReport, PackedItems } from '../../../model.ts';
import type { SinkTelemetry } from '../../../telemetry/components/sink.ts';
import { type BackoffLimits, pauseWithFullJitter } from '../../../util/waiting.ts';
import type { DeadLetterQueue } from '../dead-letters/dead-letters.ts';
import { deadLetterItem, deadLetterStream } from '../dead-letters/records.ts';
import { type BulkLimits, entryOf, problemOf, sizeOf, split, withoutDuplicates } from './bulk-request.ts';
import { type ItemAnswer, type ItemVerdict, judgeItem } from './bulk-response.ts';
import type { Answer, BulkWorker } from './bulk-worker.ts';
import type { Clock } from './circuit-breaker.ts';
import type { DeferredDocuments } from './deferred-documents.ts';
import { answersOf, deadLetterOf, type Entry, type Refusal, type Sorted } from './entries.ts';
import { type FailingDocuments, givenUpReason, MOST_FAILURES } from './failing-documents.ts';

interface DeliveryOptions {
  bulkWorker: BulkWorker;
  deadLetters: DeadLetterQueue;
  telemetry: SinkTelemetry;
  clock: Clock;
  signal: AbortSignal;
  namespace: string;
  backoff: BackoffLimits;
  deferred: DeferredDocuments;
  /** Shared by all deliveries; the size shrinks when the server refuses one as too large. */
  limits: BulkLimits;
  failing: FailingDocuments;
}

/**
 * One call of `deliver`. Each item ends in the index or among the dead letters, exactly once. `run` rejects only when the sink is
 * closed; the caller then still owns the items.
 */
export class Delivery {
  readonly report: DeliveryReport = { indexed: 0, duplicates: 0, deadLettered: 0 };
  /** Revisions that another one came before: they are neither delivered nor dead letters yet. */
  readonly conflicts: BulkItem[] = [];
  readonly #options: DeliveryOptions;

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  /** Items that cannot be sent become dead letters. */
  refuse(items: BulkItem[], reason: string): Promise<void> {
    return this.#deliverRefused(
      items.map((item) => ({ entry: { ...entryOf(item), counted: true }, reason })),
    );
  }

  async run(items: BulkItem[]): Promise<DeliveryReport> {
    const refused: Refusal[] = [];
    const entries: Entry[] = [];
    for (const item of items) {
      const entry = { ...entryOf(item), counted: true };
      const reason = problemOf(item);
      if (reason === undefined) entries.push(entry);
      else refused.push({ entry, reason });
    }
    const bulks = split(entries, this.#options.limits);
    await Promise.all([...bulks.map((bulk) => this.#deliver(bulk)), this.#deliverRefused(refused)]);
    return this.report;
  }

  /** As `run`. The items are made into objects only where not all of them were created. */
  async runPacked(packed: PackedItems): Promise<DeliveryReport> {
    const { limits, bulkWorker } = this.#options;
    const { length, body } = packed;
    const fits = body.length <= limits.maxBulkBytes && length <= limits.maxBulkItems;
    if (!fits || !packed.areLines()) return this.run(packed.items());
    const answer = await bulkWorker.sendBody({ length, bytes: body.length, body: () => body });
    if (answer.kind === 'created') {
      this.report.indexed += length;
      this.#options.failing.accepted(length);
      this.#delivered({});
    } else
      await this.#deliver(
        packed.items().map((item) => ({ ...entryOf(item), counted: true })),
        answer,
      );
    return this.report;
  }

  /** Delivers the entries of one bulk request. Those that have to be sent again form the next request, after a pause. */
  async #deliver(entries: Entry[], answered?: Answer, suspected = false): Promise<void> {
    const holder = {};
    try {
      await this.#sendUntilDone(entries, holder, answered, suspected);
    } finally {
      this.#options.deferred.release(holder);
    }
  }

  /** `answered`: the answer to the first request, if it was sent already. */
  async #sendUntilDone(
    entries: Entry[],
    holder: object,
    answered: Answer | undefined,
    suspected: boolean,
  ): Promise<void> {
    let pending = entries;
    let given = answered;
    for (let tries = 1; pending.length > 0; tries++) {
      const isTooLarge = sizeOf(pending) > this.#options.limits.maxBulkBytes && pending.length > 1;
      if (isTooLarge && !given) return this.#deliverInParts(split(pending, this.#options.limits));
      const answer = given ?? (await this.#options.bulkWorker.send(pending, suspected));
      given = undefined;
      if (answer.kind === 'halve') return this.#halve(pending, answer.reason, answer.tooLarge);
      if (answer.kind === 'failing') {
        if (pending.length > 1) return this.#halve(pending, answer.reason, false, true);
        this.#options.deferred.hold(holder, 1, answer.reason);
        if (tries >= MOST_FAILURES)
          return this.#deliverRefused([{ entry: pending[0]!, reason: givenUpReason(answer.reason) }]);
        await this.#pause(tries);
        continue;
      }
      const { again, rewritten, reason, refused } = this.#sort(pending, answersOf(answer, pending.length));
      if (again.length < pending.length) tries = 1;
      if (again.length > 0) this.#options.deferred.hold(holder, again.length, reason);
      pending = [...again, ...rewritten, ...(await this.#writeDeadLetters(refused))];
      if (again.length > 0) await this.#pause(tries);
      else this.#delivered(holder);
    }
  }

  /** Throttling ends when no other bulk request has deferred documents. */
  #delivered(holder: object): void {
    const { deferred, telemetry } = this.#options;
    deferred.release(holder);
    if (deferred.count === 0) telemetry.throttlingEnded();
  }

  async #deliverInParts(parts: Entry[][], suspected = false): Promise<void> {
    await Promise.all(parts.map((part) => this.#deliver(part, undefined, suspected)));
  }

  #sort(entries: Entry[], answers: ItemAnswer[]): Sorted {
    const again: Entry[] = [];
    const rewritten: Entry[] = [];
    const refused: Refusal[] = [];
    let throttled: (ItemVerdict & { kind: 'again' }) | undefined;
    entries.forEach((entry, i) => {
      const verdict = judgeItem(entry.item, answers[i]!);
      if (verdict.kind === 'indexed' && verdict.aside) this.#options.telemetry.putAside(entry.item.index);
      if (verdict.kind === 'again' && verdict.mayBeDocument && this.#options.failing.failed(entry))
        refused.push({ entry, reason: givenUpReason(verdict.reason) });
      else if (verdict.kind === 'again') {
        throttled ??= verdict;
        again.push(entry);
      } else if (verdict.kind === 'conflict') this.conflicts.push(entry.item);
      else if (verdict.kind === 'refused') {
        const anew = verdict.hasDuplicates ? withoutDuplicates(entry) : undefined;
        if (anew) rewritten.push(anew);
        else refused.push({ entry, reason: verdict.reason });
      } else this.#accepted(entry, verdict.kind);
    });
    if (rewritten.length > 0)
      this.#options.telemetry.duplicateKeysRemoved(rewritten.length, rewritten[0]!.item.index);
    if (throttled) this.#throttled(again.length, throttled);
    return { again, rewritten, reason: throttled?.reason ?? '', refused };
  }

  #accepted(entry: Entry, kind: 'indexed' | 'duplicate'): void {
    this.#options.failing.accepted(1);
    if (entry.counted) this.report[kind === 'indexed' ? 'indexed' : 'duplicates'] += 1;
  }

  #throttled(count: number, { key, reason, overload }: ItemVerdict & { kind: 'again' }): void {
    if (overload) this.#options.bulkWorker.slowDown();
    this.#options.telemetry.itemsThrottled(count, key, reason);
  }

  /** The server refused the request as a whole: its halves may be accepted, down to the one document at fault. */
  async #halve(entries: Entry[], reason: string, tooLarge: boolean, suspected = false): Promise<void> {
    if (entries.length === 1) return this.#deliverRefused([{ entry: entries[0]!, reason }]);
    if (tooLarge) this.#shrink(sizeOf(entries));
    const middle = entries.length >> 1;
    await this.#deliverInParts([entries.slice(0, middle), entries.slice(middle)], suspected);
  }

  #shrink(bytes: number): void {
    const { limits, telemetry } = this.#options;
    const smaller = Math.ceil(bytes / 2);
    if (smaller >= limits.maxBulkBytes) return;
    limits.maxBulkBytes = smaller;
    telemetry.bulkTooLarge(bytes);
  }

  async #deliverRefused(refused: Refusal[]): Promise<void> {
    await this.#deliver(await this.#writeDeadLetters(refused));
  }

  /** Writes the documents to the file of dead letters, and returns the documents to index about them. */
  async #writeDeadLetters(refused: Refusal[]): Promise<Entry[]> {
    const counted = refused.filter(({ entry }) => entry.counted);
    if (counted.length === 0) return [];
    const deadLetters = counted.map(deadLetterOf);
    const [{ index, reason }] = deadLetters as [DeadLetter, ...DeadLetter[]];
    await this.#write(deadLetters);
    this.report.deadLettered += deadLetters.length;
    this.#options.telemetry.documentsRefused(deadLetters.length, index, reason);
    return deadLetters.flatMap((letter) => this.#about(letter));
  }

  /** None about a document of the stream of dead letters itself: it would be refused like the first one, without end. */
  #about(letter: DeadLetter): Entry[] {
    const { namespace, clock } = this.#options;
    if (letter.index === deadLetterStream(namespace)) return [];
    return [{ ...entryOf(deadLetterItem(letter, namespace, clock.now())), counted: false }];
  }

  /** Tries until the disk accepts the dead letters; until then the delivery owns the documents. */
  async #write(letters: DeadLetter[]): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#options.deadLetters.add(letters);
      } catch (failure) {
        this.#options.telemetry.deadLettersUnwritable(messageOf(failure));
        await this.#pause(tries);
      }
    }
  }

  #pause(tries: number): Promise<void> {
    const { clock, backoff, signal } = this.#options;
    return clock.sleep(pauseWithFullJitter(tries, backoff, clock.random), signal);
  }
}
