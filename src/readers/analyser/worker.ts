import { workerData } from 'node:worker_threads';
import { type Analysis, analysisOf } from '../../engine/analysis.ts';
import { assembleEngine } from '../../engine/assemble-engine.ts';
import type { Engine } from '../../engine/engine.ts';
import { swapAnalysis } from '../../engine/swap.ts';
import { messageOf } from '../../errors.ts';
import { openJournalReader } from '../../journal/reader.ts';
import { Outbox } from '../../notifiers/outbox.ts';
import { parsingTelemetry } from '../../telemetry/components/parsing.ts';
import { pipelineTelemetry } from '../../telemetry/components/pipeline.ts';
import { reportOf } from '../../telemetry/metrics.ts';
import type { ReaderData } from '../reader-data.ts';
import { serveReader } from '../reader-port.ts';
import { Results } from '../results.ts';
import { workerInstruments } from '../worker-instruments.ts';
import { Analyser } from './analyser.ts';
import { tellOfEngine } from './engine-metrics.ts';

/** How often the analyser's state is written down: what a crash has to compute again. */
const checkpointEvery = 5_000;

const { config, folders } = workerData as ReaderData;
const instruments = workerInstruments(config, 'analyser');
const telemetry = pipelineTelemetry(instruments);
const journal = openJournalReader(folders.journal);
const results = new Results(folders.analysis, journal.journalId);
const outbox = new Outbox(folders.outbox);
const parsing = parsingTelemetry(instruments);
// What is on disk came about by the analysis that is beside it, and goes on by that until the configured one is due.
let analysis = (results.analysis() as Analysis | undefined) ?? analysisOf(config);
const engine = begin();

/** One of another version may not be understood any more; then the configured one has to do. */
function begin(): Engine {
  try {
    return assembleEngine(analysis, parsing);
  } catch {
    analysis = analysisOf(config);
    return assembleEngine(analysis, parsing);
  }
}

const port = serveReader({
  log: instruments.log,
  news: (newest) => analyser.wake(newest),
  block: (position, block, payloadBytes) => analyser.offer(position, block, payloadBytes),
  calls: {
    metrics: () => {
      tell();
      return reportOf(instruments.metrics);
    },
    alerts: () => engine.openAlerts,
    reload: (to) => reload(to as ReaderData),
  },
  stop: async () => {
    clearInterval(checkpoints);
    await analyser.stop();
    tell();
    await Promise.all([results.close(), outbox.close(), journal.close()]);
  },
});

const analyser = new Analyser({
  journal,
  results,
  engine,
  swap: (to) => {
    tell();
    const outputs = swapAnalysis(engine, analysis, to, parsing);
    analysis = to;
    tell();
    return outputs;
  },
  notify: (notification) => outbox.put(notification, Date.now()),
  onTransition: (transition) => {
    telemetry.alertTransition(transition);
    port.post({ kind: 'transition', transition });
  },
  onProgress: (position, committed, waiting) => port.post({ kind: 'progress', position, committed, waiting }),
  onOutputs: () => port.post({ kind: 'outputs' }),
  checkpointBytes: Math.min(64 * 2 ** 20, config.journal.maxSize / 8),
});

async function reload({ config: next }: ReaderData): Promise<{ problem?: string }> {
  instruments.learn(next);
  return analyser.reload(analysisOf(next)).then(
    () => ({}),
    (error: unknown) => ({ problem: messageOf(error) }),
  );
}

const tell = tellOfEngine(engine, telemetry);
const checkpoints = setInterval(() => analyser.requestCheckpoint(), checkpointEvery);
// Where that is another analysis than before, the server was configured anew while it was down.
void analyser.reload(analysisOf(config));
// A reader that cannot go on ends its thread; the main thread starts it again from what is on disk.
analyser.run().catch((error) => {
  throw error;
});
port.post({ kind: 'ready' });
