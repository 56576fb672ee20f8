import { type MessagePort, parentPort } from 'node:worker_threads';
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import type { Config } from '../config/schema/schema.ts';
import type { BulkItem, EventBlock, Position } from '../model.ts';
import { createLog } from '../telemetry/log.ts';
import type { Instruments } from '../telemetry/metrics.ts';
import { nameThread } from '../util/files.ts';
import type { FromReader, ToReader } from './thread.ts';

/** What a reader's thread is given. */
export interface ReaderData {
  config: Config;
  folders: Folders;
  /** Where documents go: Elasticsearch as configured, or the embedded store. */
  elasticsearch: NonNullable<Config['elasticsearch']>;
  /** Values that never reach the log. A thread is given them, so that it need not load the schema that names them. */
  secrets: readonly string[];
}

/** The parts of the data folder. */
export interface Folders {
  journal: string;
  analysis: string;
  outbox: string;
  /** Outputs of own alerts, until they are published. */
  ownAlerts: string;
  /** Outputs that streams have still to send. */
  streams: string;
  deadLetters: string;
}

export function foldersOf(data: string): Folders {
  return {
    journal: `${data}/journal`,
    analysis: `${data}/analysis`,
    outbox: `${data}/outbox`,
    ownAlerts: `${data}/own-alerts`,
    streams: `${data}/streams`,
    deadLetters: `${data}/dead-letters.ndjson`,
  };
}

/** What a reader's thread does about messages of the main thread. */
interface ReaderHandlers {
  log: Pick<Logger, 'level'>;
  /** The journal has new records, up to `newest`. */
  news(newest: Position): void;
  /** A window that is in the journal and still inflated; to use it saves reading and inflating it. */
  block?(position: Position, block: EventBlock, payloadBytes: number): void;
  /** The analyser has written new outputs. */
  outputs?(): void;
  /** A document for the sink that is not in the journal. */
  document?(item: BulkItem): void;
  /** Functions that the main thread calls by name, such as `metrics`. `ping` is answered for all readers. */
  calls: Record<string, (argument: unknown) => unknown>;
  /** Finishes the present work and closes files. */
  stop(): Promise<void>;
}

/** Connects a reader's worker thread with the main thread. The messages are declared in `thread.ts`. */
export function serveReader(handlers: ReaderHandlers): { post: (message: FromReader) => void } {
  const port = parentPort as MessagePort;
  const post = (message: FromReader) => port.postMessage(message);
  port.on('message', async (message: ToReader) => {
    if (message.kind === 'news') handlers.news(message.newest);
    else if (message.kind === 'level') handlers.log.level = message.level;
    else if (message.kind === 'outputs') handlers.outputs?.();
    else if (message.kind === 'document') handlers.document?.(message.item);
    else if (message.kind === 'block')
      handlers.block?.(message.position, received(message.block), message.payloadBytes);
    else if (message.kind === 'call') {
      const value = message.name === 'ping' ? true : await handlers.calls[message.name]?.(message.argument);
      post({ kind: 'answer', id: message.id, value });
    } else {
      await handlers.stop();
      port.close();
    }
  });
  return { post };
}

/** A Buffer that is posted to another thread arrives there as a Uint8Array. */
function received({ bytes, spans, count }: EventBlock): EventBlock {
  return { bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), spans, count };
}

interface WorkerInstruments extends Instruments {
  /** Adds the secrets of another configuration to those that are masked in the log. */
  learn(data: Pick<ReaderData, 'secrets'>): void;
}

/** The log and the registry of a reader's thread. The main thread adds up the metrics of all threads. */
export function workerInstruments(
  { config, secrets: first }: Pick<ReaderData, 'config' | 'secrets'>,
  thread: string,
): WorkerInstruments {
  nameThread(thread);
  const secrets = [...first];
  return {
    log: createLog(config.log, { thread, secrets }),
    metrics: new Registry(),
    // Each once, so that the list does not grow with each reload.
    learn: (next) => secrets.push(...next.secrets.filter((secret) => !secrets.includes(secret))),
  };
}
