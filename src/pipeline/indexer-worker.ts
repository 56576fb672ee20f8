import { workerData } from 'node:worker_threads';
import { outputItem } from '../alerts/documents.ts';
import { openJournalReader } from '../journal/lmdb.ts';
import type { DeadLetter, Output } from '../model.ts';
import { createEventReader } from '../parsers/reader.ts';
import { deadLetterItem } from '../sinks/elasticsearch/dead-letter-document.ts';
import { reportOf } from '../telemetry/metrics.ts';
import { parsingTelemetry } from '../telemetry/parsing.ts';
import { pipelineTelemetry } from '../telemetry/pipeline.ts';
import { deadLetterCalls } from './dead-letter-calls.ts';
import { EventDocuments } from './event-documents.ts';
import { createIndexNames } from './index-name.ts';
import { Indexer } from './indexer.ts';
import { openSink } from './open-sink.ts';
import { openPayload } from './payload.ts';
import { Publisher } from './publisher.ts';
import type { ReaderData } from './reader-data.ts';
import { serveReader } from './reader-port.ts';
import { ofNoJournal, Results } from './results.ts';
import { SideDocuments } from './side-documents.ts';
import { workerInstruments } from './worker-instruments.ts';

const { config, elasticsearch, folders } = workerData as ReaderData;
const { indexing } = config;
const instruments = workerInstruments(config, 'indexer');
const telemetry = pipelineTelemetry(instruments);
const journal = openJournalReader(folders.journal);
const results = new Results(folders.analysis, journal.journalId);
const ownResults = new Results(folders.ownAlerts, ofNoJournal);
const { deadLetters, sink } = await openSink({ ...config, elasticsearch }, folders.deadLetters, instruments);
const letterCalls = deadLetterCalls(deadLetters, sink);
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
const document = (output: Output) => outputItem(output, config);
const publishers = [results, ownResults].map((from) => new Publisher({ results: from, sink, document }));

const side = new SideDocuments(sink);

const port = serveReader({
  news: () => indexer.wake(),
  outputs: () => {
    for (const publisher of publishers) publisher.wake();
  },
  document: (item) => side.add(item),
  calls: { metrics: () => reportOf(instruments.metrics), sink: () => sink.status(), ...letterCalls },
  stop: async () => {
    indexer.stop();
    for (const publisher of publishers) publisher.stop();
    await sink.close();
    await Promise.all([running, journal.close()]);
    await Promise.all([results.close(), ownResults.close()]);
  },
});
port.post({ kind: 'progress', position: from, committed: from, waiting: false });

function countBy(letters: DeadLetter[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { reason } of letters) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return counts;
}

const running = Promise.all([indexer.run(), ...publishers.map((publisher) => publisher.run())]).catch(
  (error) => {
    throw error;
  },
);
port.post({ kind: 'ready' });
