/**
 * READ FIRST. The path of an event through logboom:
 *
 *   inputs ─▶ journal ─┬─▶ analyser ─▶ results ─▶ publisher ─▶ sink
 *                      │       └─────▶ outbox ──▶ delivery ──▶ notifiers
 *                      ├─▶ indexer ─────────────────────────▶ sink
 *                      └─▶ forwarder (optional) ────────────▶ an existing Logstash
 *
 * The journal is in the middle. An input acknowledges a batch when the journal holds it on disk. Each reader has a cursor of
 * its own, and readers never wait for one another. When the slowest reader lets the journal fill, appends wait, and with
 * them the senders. There is no other back-pressure.
 *
 * Parts start from the outputs to the inputs, so that no event is accepted before it can be kept. They stop in reverse order.
 */

import type { Config } from '../config/schema/schema.ts';
import { secretsOf } from '../config/secrets.ts';
import { openJournal } from '../journal/journal.ts';
import { openJournalReader } from '../journal/reader.ts';
import { Ticker } from '../journal/ticker.ts';
import type { Batch, EventBlock, InputState, Position, Transition } from '../model.ts';
import type { SelfMonitoring } from '../monitoring/self-monitoring.ts';
import { startSelfMonitoring } from '../monitoring/self-monitoring.ts';
import type { Monitored } from '../monitoring/vitals.ts';
import { Delivery } from '../notifiers/delivery.ts';
import { Streams } from '../notifiers/streams/streams.ts';
import { Gate } from '../processors/gate.ts';
import { Forwarding, journalReaders } from '../readers/forwarder/forwarding.ts';
import { startReader } from '../readers/reader.ts';
import { foldersOf, type ReaderData } from '../readers/reader-port.ts';
import { compileQuery } from '../rules/kql/compile.ts';
import { clockTelemetry } from '../telemetry/components/pipeline.ts';
import { processingTelemetry } from '../telemetry/components/processing.ts';
import type { Instruments } from '../telemetry/metrics.ts';
import { Cleanup } from '../util/files.ts';
import { ReceiptClock } from '../util/receipt-clock.ts';
import { takenThrough } from './network-inputs.ts';
import { openRedelivery, startInputs } from './start-inputs.ts';
import type { Threads } from './threads.ts';

interface PipelineOptions {
  config: Config;
  /** The destination of documents: the configured Elasticsearch, or the embedded store. */
  elasticsearch: NonNullable<Config['elasticsearch']>;
  instruments: Instruments;
  threads: Threads;
  onTransition: (transition: Transition) => void;
}

export interface Pipeline extends Monitored {
  delivery: Delivery;
  forwarding: Forwarding;
  streams: Streams;
  gate: Gate;
  selfMonitoring: SelfMonitoring;
  stop(): Promise<void>;
}

export async function startPipeline(options: PipelineOptions): Promise<Pipeline> {
  const { config, elasticsearch, instruments, threads } = options;
  const folders = foldersOf(config.data);
  const data: ReaderData = { config, elasticsearch, folders, secrets: secretsOf(config) };
  const undo = new Cleanup();
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

    const clock = new ReceiptClock({
      from: journal.fill.newest > 0 ? receivedAt(journal.fill.newest) : undefined,
      onStep: clockTelemetry(instruments).stepped,
    });

    const indexer = await startReader('indexer', data, journal, instruments, {
      loading: threads.take('indexer'),
    });
    undo.add(() => indexer.stop(config.shutdown.timeout));

    const delivery = await Delivery.start(config, folders.outbox, instruments, {
      compileQuery,
      onHandled: () => indexer.wakePublishers(),
    });
    undo.add(() => delivery.stop());

    const streams = new Streams(folders.streams, instruments);
    undo.add(() => streams.stop());
    await streams.reload(config);

    const forwarding = new Forwarding({
      journal,
      start: (given) =>
        startReader('forwarder', given, journal, instruments, { loading: threads.take('forwarder') }),
    });
    undo.add(() => forwarding.stop(config.shutdown.timeout));
    await forwarding.reload(data);

    const onOutputs = () => {
      indexer.wakePublishers();
      streams.wake();
    };
    const onNotifications = () => delivery.wake();
    const loading = threads.take('analyser');
    const hooks = { onNotifications, onOutputs, onTransition: options.onTransition, loading };
    const analyser = await startReader('analyser', data, journal, instruments, hooks);
    undo.add(() => analyser.stop(config.shutdown.timeout));

    const ticker = new Ticker(journal, {
      every: config.journal.tick,
      wanted: () => analyser.waitsForTime,
      now: clock.now,
    });
    undo.add(() => ticker.stop());

    const processing = processingTelemetry(instruments);
    const gate = new Gate(config, { telemetry: processing });
    const append = async (batch: Batch, block: EventBlock, states?: readonly InputState[]) => {
      const taken = takenThrough(gate, batch, block);
      if (taken === undefined) return void (states && (await journal.saveStates(states)));
      const position = await journal.append(taken.batch, states);
      analyser.offer(position, taken.batch, taken.block);
      return position;
    };
    const { redelivery: settings } = config.inputs;
    const redelivery = await openRedelivery(settings, folders.journal, append, instruments);
    undo.add(journal.onTrim((position) => redelivery.beforeTrim(position)));
    undo.add(() => redelivery.close());

    const { lumberjack, inputs } = await startInputs(
      { config, journal, redelivery, append, instruments, now: clock.now },
      undo,
    );

    const monitored = {
      ...{ clock, journal, analyser, indexer, forwarding, delivery, lumberjack, inputs, receivedAt },
      ...{ gate, processing, streams },
      get forwarder() {
        return forwarding.reader;
      },
    };
    const selfMonitoring = startSelfMonitoring(monitored, config, folders, instruments);
    undo.add(() => selfMonitoring.stop());

    return Object.assign(monitored, { selfMonitoring, stop: () => undo.run() });
  } catch (error) {
    await undo.run();
    throw error;
  }
}
