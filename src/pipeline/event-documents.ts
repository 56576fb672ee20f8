import type { Batch, BulkItem, EventBlock, Millis, Position } from '../model.ts';
import type { EventReader, ReadEvent } from '../parsers/reader.ts';
import type { Destination, Named } from './index-name.ts';

export interface EventDocumentsOptions {
  journalId: string;
  events: EventReader;
  nameIndex: (event: Named) => Destination;
  /** How far ahead of its arrival a timestamp may be before it is tagged. */
  maxAhead: Millis;
  deadLetter: (reason: string, item: { index: string; id: string; body: Buffer }) => BulkItem;
}

/**
 * The documents of a batch. An event's id is made of the journal's id, the record's position and the event's
 * place, so that a replay writes the same ids; a sender that chose an id itself (`@metadata._id`, or `id` as
 * Filebeat's `add_id` and `fingerprint` write it) is obeyed.
 */
export class EventDocuments {
  private readonly options: EventDocumentsOptions;

  constructor(options: EventDocumentsOptions) {
    this.options = options;
  }

  *of(block: EventBlock, batch: Batch & { position: Position }): Generator<BulkItem> {
    const { events, journalId } = this.options;
    const prefix = `${journalId}-${batch.position.toString(36)}-`;
    events.open(block, batch);
    for (let event = events.next(); event; event = events.next()) {
      yield this.itemOf(event, `${prefix}${event.index.toString(36)}`, batch.receivedAt);
    }
  }

  private itemOf(event: ReadEvent, id: string, receivedAt: Millis): BulkItem {
    if (event.problem !== undefined) {
      return this.options.deadLetter(event.problem, { index: 'logs', id, body: event.raw() });
    }
    const { index, stream } = this.options.nameIndex(event);
    const tags = event.time > receivedAt + this.options.maxAhead ? ['_timestamp_ahead'] : undefined;
    const document = event.document({ ...(tags && { tags }), ...(stream && { stream }) });
    return { action: 'create', index, id: ownId(event) ?? id, document };
  }
}

function ownId(event: ReadEvent): string | undefined {
  const own = event.metadata('_id') ?? event.metadata('id');
  return typeof own === 'string' && own !== '' && Buffer.byteLength(own) <= 512 ? own : undefined;
}
