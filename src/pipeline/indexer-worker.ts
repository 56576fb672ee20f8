import { workerData } from 'node:worker_threads';
import { outputItem } from '../alerts/documents.ts';
import { openJournalReader } from '../journal/lmdb.ts';
import type { DeadLetter } from '../model.ts';
import { createEventReader } from '../parsers/reader.ts';
import { deadLetterItem } from '../sinks/elasticsearch/dead-letter-document.ts';
import { openDeadLetters } from '../sinks/elasticsearch/dead-letters.ts';
import { createElasticsearchSink } from '../sinks/elasticsearch/sink.ts';
import { reportOf } from '../telemetry/metrics.ts';
import { parsingTelemetry } from '../telemetry/parsing.ts';
import { pipelineTelemetry } from '../telemetry/pipeline.ts';
import { EventDocuments } from './event-documents.ts';
import { createIndexNames } from './index-name.ts';
import { Indexer } from './indexer.ts';
import { openPayload } from './payload.ts';
import { Publisher } from './publisher.ts';
import type { ReaderData } from './reader-data.ts';
import { serveReader } from './reader-port.ts';
import { Results } from './results.ts';
import { SideDocuments } from './side-documents.ts';
import { workerInstruments } from './worker-instruments.ts';

const { config, elasticsearch, folders } = workerData as ReaderData;
const { indexing } = config;
const instruments = workerInstruments(config, 'indexer');
const telemetry = pipelineTelemetry(instruments);
const journal = openJournalReader(folders.journal);
const results = new Results(folders.analysis, journal.journalId);
const deadLetters = await openDeadLetters(folders.deadLetters);
const sink = createElasticsearchSink({ elasticsearch, indexing, deadLetters, instruments });
const { parsers, time } = config;
const from = journal.committed('indexer');

const documents = new EventDocuments({
  journalId: journal.journalId,
  events: createEventReader({ parsers, time, telemetry: parsingTelemetry(instruments) }),
  open: openPayload,
  nameIndex: createIndexNames(indexing),
  maxAhead: time.maxAhead,
  deadLetter: (letter, receivedAt) => deadLetterItem(letter, indexing.namespace, receivedAt),
});

const indexer = new Indexer({
  journal,
  sink,
  documents,
  from,
  maxItems: indexing.maxBulkItems,
  maxBytes: indexing.maxBulkBytes,
  maxInFlight: indexing.maxBulksInFlight + 1,
  keepLetters: async (letters) => {
    await deadLetters.add(letters);
    for (const [reason, count] of countBy(letters)) telemetry.deadLettered(count, reason);
  },
  damaged: (position) => {
    telemetry.recordDamaged(position);
    port.post({ kind: 'damaged' });
  },
  reached: (position) => port.post({ kind: 'progress', position, committed: position, waiting: false }),
});
const publisher = new Publisher({ results, sink, document: (output) => outputItem(output, config) });
const side = new SideDocuments(sink);

const port = serveReader({
  news: () => indexer.wake(),
  outputs: () => publisher.wake(),
  document: (item) => side.add(item),
  calls: { metrics: () => reportOf(instruments.metrics), sink: () => sink.status() },
  stop: async () => {
    indexer.stop();
    publisher.stop();
    await sink.close();
    await Promise.all([running, journal.close()]);
    await results.close();
  },
});
port.post({ kind: 'progress', position: from, committed: from, waiting: false });

function countBy(letters: DeadLetter[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { reason } of letters) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return counts;
}

const running = Promise.all([indexer.run(), publisher.run()]).catch((error) => {
  throw error;
});
port.post({ kind: 'ready' });
