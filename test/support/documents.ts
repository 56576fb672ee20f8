import { openPayload } from '../../src/journal/record.ts';
import type { Batch, BulkItem, Position } from '../../src/model.ts';
import { EventReader } from '../../src/parsers/event.ts';
import { createIndexNames } from '../../src/readers/index-name.ts';
import { EventDocuments } from '../../src/readers/indexer/event-documents.ts';
import { deadLetterItem } from '../../src/sinks/elasticsearch/dead-letters/records.ts';
import { PackedBulk } from '../../src/sinks/elasticsearch/delivery/packed-bulk.ts';
import { configWith } from './journal/records.ts';

/** Documents as the indexer makes them, of a journal with the id `j1`. */
export function documentsOf(): EventDocuments {
  const { parsers, time, indexing } = configWith([]);
  return new EventDocuments({
    journalId: 'j1',
    events: new EventReader({ parsers, time }),
    open: openPayload,
    nameIndex: createIndexNames(indexing),
    deadLetter: (letter, receivedAt) => deadLetterItem(letter, indexing.namespace, receivedAt),
  });
}

/** All documents of a batch as items. */
export function itemsOf(documents: EventDocuments, batch: Batch & { position: Position }): BulkItem[] {
  const bulk = new PackedBulk(16);
  documents.open(batch, bulk);
  while (documents.writeNext(bulk));
  return bulk.items();
}
