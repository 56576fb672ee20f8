import { messageOf } from '../../errors.ts';
import { openJournalReader } from '../../journal/reader.ts';
import { Outbox } from '../../notifiers/outbox.ts';
import { parsingTelemetry } from '../../telemetry/components/parsing.ts';
import { pipelineTelemetry } from '../../telemetry/components/pipeline.ts';
import { processingTelemetry } from '../../telemetry/components/processing.ts';
import { watchThread } from '../../telemetry/components/threads.ts';
import { reportOf } from '../../telemetry/metrics.ts';
import { threadData } from '../../util/loading-thread.ts';
import { type ReaderData, serveReader, workerInstruments } from '../reader-port.ts';
import { ofNoJournal, Results } from '../results.ts';
import { Indexing } from './indexing.ts';
import { deadLetterCalls, openDeadLetterFile } from './open-sink.ts';
import { handledAlerts, keptDocuments } from './publisher.ts';

const given = await threadData<ReaderData>();
const { config, folders } = given;
const instruments = workerInstruments(given, 'indexer');
const journal = openJournalReader(folders.journal);
const results = new Results(folders.analysis, journal.journalId);
const ownResults = new Results(folders.ownAlerts, ofNoJournal);
const outbox = new Outbox(folders.outbox);
const deadLetters = await openDeadLetterFile(config.deadLetters, folders.deadLetters, instruments);
const letterCalls = deadLetterCalls(deadLetters, () => indexing.sink);
const from = journal.committed('indexer');

const parts = {
  journal,
  results: [results, ownResults, handledAlerts(outbox.alerts), keptDocuments(outbox.documents)],
  handlingOf: (episode: string) => outbox.alerts.handlingOf(episode),
  deadLetters,
  instruments,
  telemetry: pipelineTelemetry(instruments),
  parsing: parsingTelemetry(instruments),
  processing: processingTelemetry(instruments),
  damaged: () => port.post({ kind: 'damaged' }),
  reached: (position: number) =>
    port.post({ kind: 'progress', position, committed: position, waiting: false }),
};
let indexing = new Indexing(parts, given, from);
/** One change at a time, and none during a stop. */
let changing: Promise<unknown> = Promise.resolve();

async function reload(to: ReaderData): Promise<{ problem?: string }> {
  const before = indexing;
  instruments.learn(to);
  try {
    indexing = before.successor(to);
  } catch (error) {
    return { problem: messageOf(error) };
  }
  await before.giveWay(indexing);
  return {};
}

const port = serveReader({
  log: instruments.log,
  news: () => indexing.wake(),
  outputs: () => indexing.wakePublishers(),
  document: (item) => indexing.side.add(item),
  calls: {
    metrics: () => reportOf(instruments.metrics),
    sink: () => indexing.sink.status(),
    unpublished: () => parts.results.reduce((sum, { unpublished }) => sum + unpublished, 0),
    processors: () => parts.processing.counts(),
    ...letterCalls,
    reload: (to) => {
      const changed = changing.then(() => reload(to as ReaderData));
      changing = changed;
      return changed;
    },
  },
  stop: async () => {
    await changing;
    await indexing.stop();
    await Promise.all([journal.close(), results.close(), ownResults.close(), outbox.close()]);
  },
});
port.post({ kind: 'progress', position: from, committed: from, waiting: false });
indexing.start();
port.post({ kind: 'ready' });
watchThread(instruments, 'indexer');
