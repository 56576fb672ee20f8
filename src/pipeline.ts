/**
 * READ FIRST. The way of an event through logboom:
 *
 *   inputs ─▶ journal ─┬─▶ analyser ─▶ results ─▶ publisher ─▶ sink
 *                      │       └─────▶ outbox ──▶ delivery ──▶ people
 *                      ├─▶ indexer ─────────────────────────▶ sink
 *                      └─▶ forwarder, where there is one ───▶ an existing Logstash
 *
 * The journal is the middle. An input's batch is acknowledged when the journal holds it on disk; whatever comes
 * after it is a reader with a cursor of its own, and readers never wait for one another. When the slowest lets the
 * journal fill, appends wait, and with them the senders: that is all the back-pressure there is.
 *
 * Parts start from the far end, so that nothing is accepted before it can be kept, and stop from the near end.
 */
import type { Config } from './config/schema.ts';
import { type LumberjackInput, startLumberjackInput } from './inputs/lumberjack.ts';
import type { Journal } from './journal/journal.ts';
import { type JournalOptions, openJournal, openJournalReader } from './journal/lmdb.ts';
import { startTicker } from './journal/ticker.ts';
import type { Batch, EventBlock, Millis, Position, Transition } from './model.ts';
import { type Delivering, startDelivering } from './pipeline/delivering.ts';
import { Reader } from './pipeline/reader.ts';
import { type Folders, foldersOf, type ReaderData } from './pipeline/reader-data.ts';
import { openRedelivery } from './pipeline/redelivery.ts';
import type { SelfMonitoring } from './pipeline/self-monitoring.ts';
import { startSelfMonitoring } from './pipeline/start-self-monitoring.ts';
import { Undo } from './pipeline/undo.ts';
import type { Instruments } from './telemetry/instruments.ts';
import { workerEntry } from './util/worker-entry.ts';

export interface PipelineOptions {
  config: Config;
  /** Where documents go: Elasticsearch as configured, or the embedded store. */
  elasticsearch: NonNullable<Config['elasticsearch']>;
  instruments: Instruments;
  onTransition: (transition: Transition) => void;
}

export interface Pipeline {
  journal: Journal;
  analyser: Reader;
  indexer: Reader;
  /** Where `forward` is configured. */
  forwarder: Reader | undefined;
  delivering: Delivering;
  lumberjack: LumberjackInput;
  /** When the record at a position was received; undefined where the journal does not hold it. */
  receivedAt: (position: Position) => Millis | undefined;
  selfMonitoring?: SelfMonitoring;
  stop(): Promise<void>;
}

export async function startPipeline(options: PipelineOptions): Promise<Pipeline> {
  const { config, instruments } = options;
  const folders = foldersOf(config.data);
  const undo = new Undo();
  try {
    const journal = await openJournal(folders.journal, {
      config: config.journal,
      ...journalReaders(config),
      instruments,
    });
    undo.add(() => journal.close());
    const past = openJournalReader(folders.journal);
    undo.add(() => past.close());
    const receivedAt = (position: Position) => past.read(position - 1, 0, 1, () => true)[0]?.receivedAt;

    const delivering = await startDelivering(config.notifiers, folders.outbox, instruments);
    undo.add(() => delivering.stop());

    const indexer = await startReader('indexer', journal, folders, options);
    undo.add(() => indexer.stop(config.shutdown.timeout));

    const forwarder = config.forward && (await startReader('forwarder', journal, folders, options));
    if (forwarder) undo.add(() => forwarder.stop(config.shutdown.timeout));

    const analyser = await startReader('analyser', journal, folders, options);
    undo.add(() => analyser.stop(config.shutdown.timeout));
    analyser.onOutputs = () => {
      indexer.say('outputs');
      delivering.wake();
    };
    analyser.onTransition = options.onTransition;

    const ticker = startTicker(journal, { every: config.journal.tick, wanted: () => analyser.waitsForTime });
    undo.add(() => ticker.stop());

    const append = async (batch: Batch, block: EventBlock) => {
      const position = await journal.append(batch);
      analyser.offer(position, batch, block);
      return position;
    };
    const { redelivery: settings } = config.inputs;
    const redelivery = await openRedelivery(settings, folders.journal, append, instruments);
    undo.add(() => redelivery.close());

    const lumberjack = await startLumberjackInput(
      config.inputs.lumberjack,
      (batch, block) => redelivery.deliver(batch, block),
      instruments,
      {
        connectionOpened: (origin) => redelivery.connectionOpened(origin),
        connectionClosed: (connection) => redelivery.connectionClosed(connection),
      },
    );
    undo.add(() => lumberjack.stop(config.shutdown.timeout));

    const looked = { journal, analyser, indexer, forwarder, delivering, lumberjack, receivedAt };
    const selfMonitoring = startSelfMonitoring(looked, config, folders, instruments);
    if (selfMonitoring) undo.add(() => selfMonitoring.stop());

    return { ...looked, ...(selfMonitoring && { selfMonitoring }), stop: () => undo.all() };
  } catch (error) {
    await undo.all();
    throw error;
  }
}

/** The forwarder holds senders only where that is wished for; else the journal keeps so much for it and no more. */
function journalReaders({ forward }: Config): Pick<JournalOptions, 'readers' | 'lagging'> {
  const readers = ['analyser', 'indexer'];
  if (forward?.onFull === 'hold') return { readers: [...readers, 'forwarder'] };
  return { readers, ...(forward && { lagging: { forwarder: forward.maxLag } }) };
}

/**
 * Megabytes of heap. Readers make much garbage and hold little: a small young generation, and for the indexer,
 * which keeps nothing from window to window, a bounded old one, make them collect it instead of growing. The
 * analyser's old generation stays as it is, for its groups may be many.
 */
const heaps = {
  indexer: { maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: 512 },
  analyser: { maxYoungGenerationSizeMb: 16 },
  forwarder: { maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: 256 },
} as const;

async function startReader(
  name: keyof typeof heaps,
  journal: Journal,
  folders: Folders,
  { config, elasticsearch, instruments }: PipelineOptions,
): Promise<Reader> {
  const workerData: ReaderData = { config, elasticsearch, folders };
  const file = workerEntry(import.meta.url, `./pipeline/${name}-worker.ts`);
  const resourceLimits = heaps[name];
  const reader = new Reader({ name, file, workerData, resourceLimits, journal, instruments });
  await reader.start();
  return reader;
}
