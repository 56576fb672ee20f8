import { type DataFolder, openDataFolder } from '../../app/data-folder.ts';
import { startEmbeddedStore } from '../../app/embedded-store.ts';
import type { Config } from '../../config/schema/schema.ts';
import { secretsOf } from '../../config/secrets.ts';
import { LogboomError } from '../../errors.ts';
import {
  type DeadLetterOutcome,
  dropped,
  openDeadLetterFile,
  openSink,
  retried,
} from '../../readers/indexer/open-sink.ts';
import { foldersOf } from '../../readers/reader-port.ts';
import type { DeadLetterFilter } from '../../sinks/elasticsearch/dead-letters/retry.ts';
import type { ElasticsearchSink } from '../../sinks/elasticsearch/sink.ts';
import type { Status } from '../../telemetry/api/status.ts';
import { createLog } from '../../telemetry/log.ts';
import { createMetrics } from '../../telemetry/metrics.ts';
import { ask, sourceOf } from '../api-client.ts';

type Action = 'retry' | 'drop';
type Wanted = DeadLetterFilter & { all?: true };
export type Resolution = Exclude<DeadLetterOutcome, { kind: 'unavailable' }>;

/**
 * Retries or drops dead letters. Only one process may write the file of dead letters: where a server holds the data
 * folder, the server does the work by its API; otherwise this process locks the folder meanwhile.
 */
export async function retryOrDrop(
  action: Action,
  wanted: Wanted,
  config: Config,
  token: string | undefined,
  onProgress: (done: number) => void,
): Promise<Resolution> {
  const folder = folderOf(config);
  if (folder === 'held') return throughServer(action, wanted, config, token, onProgress);
  try {
    return await alone(action, wanted, config, onProgress);
  } finally {
    folder.release();
  }
}

function folderOf({ data }: Config): DataFolder | 'held' {
  try {
    return openDataFolder(data);
  } catch (error) {
    if (error instanceof LogboomError && error.code === 'DATA_LOCKED') return 'held';
    throw error;
  }
}

/** Milliseconds. Longer than the longest time that the server takes. */
const answersWithin = 250_000;
/** Milliseconds between two requests for the number of dead letters that are left. */
const askEvery = 1_000;

async function throughServer(
  action: Action,
  wanted: Wanted,
  config: Config,
  token: string | undefined,
  onProgress: (done: number) => void,
): Promise<Resolution> {
  const configured = sourceOf(config);
  const source = { ...configured, token: token ?? configured.token };
  // This is for the progress only: a request that fails is ignored.
  const letters = async () =>
    (await ask<Pick<Status, 'sink'>>(source, '/status', {}).catch(() => undefined))?.sink.deadLetters;
  let before: number | undefined;
  const watch = setInterval(async () => {
    const now = await letters();
    before ??= now;
    if (now !== undefined && before !== undefined) onProgress(Math.max(0, before - now));
  }, askEvery);
  try {
    return await ask<Resolution>(source, `/dead-letters/${action}`, { body: wanted, timeout: answersWithin });
  } finally {
    clearInterval(watch);
  }
}

async function alone(
  action: Action,
  { all: _, ...filter }: Wanted,
  config: Config,
  onProgress: (done: number) => void,
): Promise<Resolution> {
  // The command prints the result; the log is for errors only.
  const quiet = { ...config, log: { ...config.log, level: 'error' as const } };
  const log = createLog(quiet.log, { secrets: secretsOf(config) });
  const instruments = { log, metrics: createMetrics().registry };
  const { deadLetters: file } = foldersOf(config.data);
  if (action === 'drop')
    return dropped(await openDeadLetterFile(config.deadLetters, file, instruments), filter);
  const store = config.elasticsearch ? undefined : await startEmbeddedStore(quiet, () => undefined);
  try {
    const elasticsearch = config.elasticsearch ?? store!.elasticsearch;
    // The server installs the templates.
    const indexing = { ...config.indexing, installTemplates: false };
    const opened = await openSink({ ...config, elasticsearch, indexing }, file, instruments);
    return await failingOnOutage(opened.sink, () =>
      retried(opened.deadLetters, opened.sink, filter, onProgress),
    );
  } finally {
    await store?.stop();
  }
}

/** Milliseconds for which Elasticsearch may accept nothing before the command fails. */
const outageTimeout = 10_000;

async function failingOnOutage<Result>(
  sink: ElasticsearchSink,
  work: () => Promise<Result>,
): Promise<Result> {
  let outage: string | undefined;
  const watch = setInterval(() => {
    const { reason, since } = sink.status();
    if (since === undefined || Date.now() - since < outageTimeout) return;
    outage = reason ?? 'no answer';
    void sink.close();
  }, 250);
  try {
    return await work();
  } catch (error) {
    if (outage === undefined) throw error;
    const message = `Elasticsearch accepts nothing: ${outage}. Documents that were not delivered are still dead letters.`;
    throw new LogboomError('SINK_UNAVAILABLE', message, { cause: error });
  } finally {
    clearInterval(watch);
    await sink.close();
  }
}
