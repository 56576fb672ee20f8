import { type DataFolder, openDataFolder } from '../../app/data-folder.ts';
import { startEmbeddedStore } from '../../app/embedded-store.ts';
import type { Config } from '../../config/schema/schema.ts';
import { secretsOf } from '../../config/secrets.ts';
import { LogboomError } from '../../errors.ts';
import { type DeadLetterOutcome, dropped, retried } from '../../readers/indexer/dead-letter-calls.ts';
import { openDeadLetterFile, openSink } from '../../readers/indexer/open-sink.ts';
import { foldersOf } from '../../readers/reader-data.ts';
import type { DeadLetterFilter } from '../../sinks/elasticsearch/dead-letters/retry.ts';
import type { ElasticsearchSink } from '../../sinks/elasticsearch/sink.ts';
import { createLog } from '../../telemetry/log.ts';
import { createMetrics } from '../../telemetry/metrics.ts';
import { sourceOf } from '../api-source.ts';
import { ask } from '../ask.ts';

type Action = 'retry' | 'drop';
type Wanted = DeadLetterFilter & { all?: true };
export type Settled = Exclude<DeadLetterOutcome, { kind: 'unavailable' }>;

/**
 * One process writes the file of dead letters. Where a server holds the data folder it is asked; else the folder is
 * ours for as long as this takes.
 */
export async function settleLetters(
  action: Action,
  wanted: Wanted,
  config: Config,
  token: string | undefined,
): Promise<Settled> {
  const folder = folderOf(config);
  if (folder === 'held') return throughServer(action, wanted, config, token);
  try {
    return await alone(action, wanted, config);
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

/** As long as the server takes at the most, and a little. */
const answersWithin = 250_000;

async function throughServer(
  action: Action,
  wanted: Wanted,
  config: Config,
  token: string | undefined,
): Promise<Settled> {
  const configured = sourceOf(config);
  const source = { ...configured, token: token ?? configured.token };
  return ask<Settled>(source, `/dead-letters/${action}`, { body: wanted, timeout: answersWithin });
}

async function alone(action: Action, { all: _, ...filter }: Wanted, config: Config): Promise<Settled> {
  // A person at a terminal is told the result; the log is for what goes wrong.
  const quiet = { ...config, log: { ...config.log, level: 'error' as const } };
  const log = createLog(quiet.log, { secrets: secretsOf(config) });
  const instruments = { log, metrics: createMetrics().registry };
  const { deadLetters: file } = foldersOf(config.data);
  if (action === 'drop')
    return dropped(await openDeadLetterFile(config.deadLetters, file, instruments), filter);
  const store = config.elasticsearch ? undefined : await startEmbeddedStore(quiet, () => undefined);
  try {
    const elasticsearch = config.elasticsearch ?? store!.elasticsearch;
    // Templates are for the server to install; where they are refused, it says so.
    const indexing = { ...config.indexing, installTemplates: false };
    const opened = await openSink({ ...config, elasticsearch, indexing }, file, instruments);
    return await withPatience(opened.sink, () => retried(opened.deadLetters, opened.sink, filter));
  } finally {
    await store?.stop();
  }
}

/** How long Elasticsearch may take nothing before a person at a terminal is told so. */
const patience = 10_000;

async function withPatience<Result>(sink: ElasticsearchSink, work: () => Promise<Result>): Promise<Result> {
  let lost: string | undefined;
  const watch = setInterval(() => {
    const { reason, since } = sink.status();
    if (since === undefined || Date.now() - since < patience) return;
    lost = reason ?? 'no answer';
    void sink.close();
  }, 250);
  try {
    return await work();
  } catch (error) {
    if (lost === undefined) throw error;
    const message = `Elasticsearch takes nothing: ${lost}. What was not delivered is among the dead letters still.`;
    throw new LogboomError('SINK_UNAVAILABLE', message, { cause: error });
  } finally {
    clearInterval(watch);
    await sink.close();
  }
}
