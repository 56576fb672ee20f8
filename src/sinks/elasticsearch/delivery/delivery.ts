import { messageOf } from '../../../errors.ts';
import type { BulkItem, DeadLetter, DeliveryReport } from '../../../model.ts';
import type { SinkTelemetry } from '../../../telemetry/sink.ts';
import { type BackoffLimits, pauseWithFullJitter } from '../../../util/backoff.ts';
import type { DeadLetterQueue } from '../dead-letters/dead-letters.ts';
import { deadLetterItem, deadLetterStream } from '../dead-letters/document.ts';
import { type BulkEntry, type BulkLimits, entryOf, problemOf, sizeOf, split } from './bulk-request.ts';
import { type ItemAnswer, type ItemVerdict, judgeItem } from './bulk-response.ts';
import type { Courier } from './bulk-worker.ts';
import type { Clock } from './circuit-breaker.ts';
import type { PutOff } from './deferred-documents.ts';

interface DeliveryOptions {
  courier: Courier;
  deadLetters: DeadLetterQueue;
  telemetry: SinkTelemetry;
  clock: Clock;
  signal: AbortSignal;
  namespace: string;
  backoff: BackoffLimits;
  putOff: PutOff;
  /** Shared by all deliveries; the size shrinks when the server refuses one as too large. */
  limits: BulkLimits;
}

/**
 * One entry of a delivery. A document about a dead letter is not counted, and when it is refused itself nothing
 * more is written about it: the letter is in the file already.
 */
interface Parcel extends BulkEntry {
  counted: boolean;
}

interface Refusal {
  parcel: Parcel;
  reason: string;
}

interface Sorted {
  again: Parcel[];
  /** Why the first of `again` was put off. */
  reason: string;
  refused: Refusal[];
}

/** One call of `deliver`: takes its items to the index or to the dead letters, each exactly once. */
export class Delivery {
  readonly report: DeliveryReport = { indexed: 0, duplicates: 0, deadLettered: 0 };
  readonly #options: DeliveryOptions;

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  async run(items: BulkItem[]): Promise<DeliveryReport> {
    const refused: Refusal[] = [];
    const parcels: Parcel[] = [];
    for (const item of items) {
      const parcel = { ...entryOf(item), counted: true };
      const reason = problemOf(item);
      if (reason === undefined) parcels.push(parcel);
      else refused.push({ parcel, reason });
    }
    const bulks = split(parcels, this.#options.limits);
    await Promise.all([...bulks.map((bulk) => this.#settle(bulk)), this.#settleRefused(refused)]);
    return this.report;
  }

  /** Takes one bulk's parcels to their ends. Those to be sent again travel on by themselves, after a pause. */
  async #settle(parcels: Parcel[]): Promise<void> {
    const holder = {};
    try {
      await this.#carry(parcels, holder);
    } finally {
      this.#options.putOff.release(holder);
    }
  }

  async #carry(parcels: Parcel[], holder: object): Promise<void> {
    let pending = parcels;
    for (let tries = 1; pending.length > 0; tries++) {
      if (sizeOf(pending) > this.#options.limits.maxBulkBytes && pending.length > 1)
        return this.#settleInParts(split(pending, this.#options.limits));
      const answer = await this.#options.courier.carry(pending);
      if (answer.kind === 'halve') return this.#halve(pending, answer.reason, answer.tooLarge);
      const { again, reason, refused } = this.#sort(pending, answer.items);
      if (again.length < pending.length) tries = 1;
      if (again.length > 0) this.#options.putOff.hold(holder, again.length, reason);
      pending = [...again, ...(await this.#bury(refused))];
      if (again.length > 0) await this.#pause(tries);
      else this.#arrived(holder);
    }
  }

  /** Others may still be put off: for those it is not over. */
  #arrived(holder: object): void {
    const { putOff, telemetry } = this.#options;
    putOff.release(holder);
    if (putOff.count === 0) telemetry.throttlingEnded();
  }

  async #settleInParts(parts: Parcel[][]): Promise<void> {
    await Promise.all(parts.map((part) => this.#settle(part)));
  }

  #sort(parcels: Parcel[], answers: ItemAnswer[]): Sorted {
    const again: Parcel[] = [];
    const refused: Refusal[] = [];
    let throttled: (ItemVerdict & { kind: 'again' }) | undefined;
    parcels.forEach((parcel, i) => {
      const verdict = judgeItem(parcel.item, answers[i]!);
      if (verdict.kind === 'indexed' && verdict.aside) this.#options.telemetry.putAside(parcel.item.index);
      if (verdict.kind === 'again') {
        throttled ??= verdict;
        again.push(parcel);
      } else if (verdict.kind === 'refused') refused.push({ parcel, reason: verdict.reason });
      else if (parcel.counted) this.report[verdict.kind === 'indexed' ? 'indexed' : 'duplicates'] += 1;
    });
    if (throttled) this.#throttled(again.length, throttled);
    return { again, reason: throttled?.reason ?? '', refused };
  }

  #throttled(count: number, { key, reason, overload }: ItemVerdict & { kind: 'again' }): void {
    if (overload) this.#options.courier.slowDown();
    this.#options.telemetry.itemsThrottled(count, key, reason);
  }

  /** The server could not take the request as a whole: its halves may pass, down to the document at fault. */
  async #halve(parcels: Parcel[], reason: string, tooLarge: boolean): Promise<void> {
    if (parcels.length === 1) return this.#settleRefused([{ parcel: parcels[0]!, reason }]);
    if (tooLarge) this.#shrink(sizeOf(parcels));
    const middle = parcels.length >> 1;
    await this.#settleInParts([parcels.slice(0, middle), parcels.slice(middle)]);
  }

  #shrink(bytes: number): void {
    const { limits, telemetry } = this.#options;
    const smaller = Math.ceil(bytes / 2);
    if (smaller >= limits.maxBulkBytes) return;
    limits.maxBulkBytes = smaller;
    telemetry.bulkTooLarge(bytes);
  }

  async #settleRefused(refused: Refusal[]): Promise<void> {
    await this.#settle(await this.#bury(refused));
  }

  /** Puts documents among the dead letters, on disk, and returns what is to be indexed about them. */
  async #bury(refused: Refusal[]): Promise<Parcel[]> {
    const counted = refused.filter(({ parcel }) => parcel.counted);
    if (counted.length === 0) return [];
    const letters = counted.map(letterOf);
    await this.#write(letters);
    this.report.deadLettered += letters.length;
    this.#options.telemetry.documentsRefused(letters.length, letters[0]!.index, letters[0]!.reason);
    return letters.flatMap((letter) => this.#about(letter));
  }

  /** A letter about a document of the letters' own stream would be refused like it, and so on for ever. */
  #about(letter: DeadLetter): Parcel[] {
    const { namespace, clock } = this.#options;
    if (letter.index === deadLetterStream(namespace)) return [];
    return [{ ...entryOf(deadLetterItem(letter, namespace, clock.now())), counted: false }];
  }

  /** A full disk ends some time; until then the documents are still ours. */
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

function letterOf({ parcel, reason }: Refusal): DeadLetter {
  const { action, document, ...written } = parcel.item;
  return { ...written, reason, body: document, ...(action !== 'create' && { action }) };
}
