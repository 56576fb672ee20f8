import { messageOf } from '../../errors.ts';
import { Constant } from '../../events/index.ts';
import { closePayload } from '../../journal/record.ts';
import type { Batch, BulkItem, DeadLetter, EventBlock, Millis, Position } from '../../model.ts';
import type { EventReader, ReadEvent } from '../../parsers/event.ts';
import { noIndex } from '../../sinks/elasticsearch/dead-letters/records.ts';
import { ActionTemplate, type PackedBulk } from '../../sinks/elasticsearch/delivery/packed-bulk.ts';
import { batchId, type Destination, type Named, ownId } from '../index-name.ts';

interface EventDocumentsOptions {
  journalId: string;
  events: EventReader;
  /** Inflates a record's payload. */
  open: (batch: Batch) => EventBlock;
  nameIndex: (event: Named) => Destination;
  /** Builds the document about an event that is no valid document itself. */
  deadLetter: (letter: DeadLetter, receivedAt: Millis) => BulkItem;
}

/**
 * The documents of a batch. An event's id is made of the journal's id, the record's position, its time of receipt and
 * the event's index, so that a replay writes the same ids. A journal that was restored from a backup, which assigns
 * positions again, does not reuse the ids of events that were indexed before. An id that the sender chose (`@metadata._id`, or `id` as
 * Filebeat's `add_id` and `fingerprint` write it) takes precedence.
 */
export class EventDocuments {
  readonly #options: EventDocumentsOptions;
  #deadLetters: DeadLetter[] = [];
  #templates = new WeakMap<Destination, ActionTemplate>();
  /** Of the batch that was opened last; without a block it is read to its end. */
  #block: EventBlock | undefined;
  #batch: Batch | undefined;
  /** An id up to its index. */
  #idStart = new Constant('');

  constructor(options: EventDocumentsOptions) {
    this.#options = options;
  }

  /** Begins a batch. A payload that cannot be read becomes a dead letter, whose document is written. */
  open(batch: Batch & { position: Position }, into: PackedBulk): void {
    const id = batchId(this.#options.journalId, batch);
    this.#batch = batch;
    this.#idStart = new Constant(`${id}-`);
    try {
      this.#block = this.#options.open(batch);
      this.#options.events.open(this.#block, batch);
    } catch (error) {
      this.#block = undefined;
      // Trying again would not help.
      const reason = `the batch of ${batch.count} events cannot be read: ${messageOf(error)}`;
      // The payload's memory is released with the batch, before the dead letter is written.
      const body = Buffer.from(batch.payload);
      into.add(this.#deadLetterItem({ reason, id, body }, batch.receivedAt));
    }
  }

  /** Writes the next document of the batch. Returns false after the last one. */
  writeNext(into: PackedBulk): boolean {
    const event = this.#block === undefined ? undefined : this.#options.events.next();
    if (event === undefined) {
      if (this.#block !== undefined) closePayload(this.#batch!, this.#block);
      this.#block = undefined;
      this.#batch = undefined;
      return false;
    }
    this.#write(event, this.#batch!.receivedAt, into);
    return true;
  }

  /** Returns the dead letters since the last call. They must be on disk before their documents are delivered. */
  takeDeadLetters(): DeadLetter[] {
    const deadLetters = this.#deadLetters;
    this.#deadLetters = [];
    return deadLetters;
  }

  #deadLetterItem(letter: Omit<DeadLetter, 'index'>, receivedAt: Millis): BulkItem {
    const whole = { ...letter, index: noIndex };
    this.#deadLetters.push(whole);
    return this.#options.deadLetter(whole, receivedAt);
  }

  #write(event: ReadEvent, receivedAt: Millis, into: PackedBulk): void {
    if (event.problem !== undefined) {
      this.#writeBroken(event, event.problem, receivedAt, into);
      return;
    }
    const destination = this.#options.nameIndex(event);
    const chosen = destination.id ?? ownId(event);
    if (chosen === undefined) into.begin(this.#templateOf(destination), this.#idStart, event.index);
    else into.beginNamed(this.#templateOf(destination), chosen);
    event.writeTo(into.writer, destination.stream);
    into.end();
  }

  #writeBroken(event: ReadEvent, reason: string, receivedAt: Millis, into: PackedBulk): void {
    const id = `${Buffer.from(this.#idStart.bytes).toString()}${event.index.toString(36)}`;
    into.add(this.#deadLetterItem({ reason, id, body: Buffer.from(event.raw()) }, receivedAt));
  }

  #templateOf(destination: Destination): ActionTemplate {
    let template = this.#templates.get(destination);
    if (template === undefined) {
      template = new ActionTemplate(destination);
      this.#templates.set(destination, template);
    }
    return template;
  }
}
