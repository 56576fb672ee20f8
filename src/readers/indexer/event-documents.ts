import { messageOf } from '../../errors.ts';
import { closePayload } from '../../journal/payload.ts';
import type { Batch, BulkItem, DeadLetter, EventBlock, Millis, Position } from '../../model.ts';
import type { EventReader, ReadEvent } from '../../parsers/event.ts';
import { noIndex } from '../../sinks/elasticsearch/dead-letters/document.ts';
import type { Destination, Named } from './index-name.ts';

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

  constructor(options: EventDocumentsOptions) {
    this.#options = options;
  }

  *of(batch: Batch & { position: Position }): Generator<BulkItem> {
    const { events, journalId } = this.#options;
    const id = `${journalId}-${batch.position.toString(36)}-${batch.receivedAt.toString(36)}`;
    const block = this.#opened(batch);
    if ('reason' in block) {
      yield this.#deadLetterItem({ reason: block.reason, id, body: batch.payload }, batch.receivedAt);
      return;
    }
    events.open(block, batch);
    for (let event = events.next(); event; event = events.next()) {
      yield this.#itemOf(event, `${id}-${event.index.toString(36)}`, batch.receivedAt);
    }
    closePayload(batch, block);
  }

  /** Returns the dead letters since the last call. They must be on disk before their documents are delivered. */
  takeDeadLetters(): DeadLetter[] {
    const deadLetters = this.#deadLetters;
    this.#deadLetters = [];
    return deadLetters;
  }

  /** A payload that cannot be read becomes a dead letter, for trying again would not help. */
  #opened(batch: Batch): EventBlock | { reason: string } {
    try {
      return this.#options.open(batch);
    } catch (error) {
      return { reason: `the batch of ${batch.count} events cannot be read: ${messageOf(error)}` };
    }
  }

  #deadLetterItem(letter: Omit<DeadLetter, 'index'>, receivedAt: Millis): BulkItem {
    const whole = { ...letter, index: noIndex };
    this.#deadLetters.push(whole);
    return this.#options.deadLetter(whole, receivedAt);
  }

  #itemOf(event: ReadEvent, id: string, receivedAt: Millis): BulkItem {
    if (event.problem !== undefined)
      return this.#deadLetterItem({ reason: event.problem, id, body: Buffer.from(event.raw()) }, receivedAt);
    const { stream, id: chosen, ...destination } = this.#options.nameIndex(event);
    const document = event.document(stream && { stream });
    return { ...destination, id: chosen ?? ownId(event) ?? id, document };
  }
}

function ownId(event: ReadEvent): string | undefined {
  const own = event.metadata('_id') ?? event.metadata('id');
  return typeof own === 'string' && own !== '' && Buffer.byteLength(own) <= 512 ? own : undefined;
}
