import { type Analysis, analysisOf } from '../../engine/analysis.ts';
import { assembleEngine } from '../../engine/assemble-engine.ts';
import { RunMeter } from '../../engine/dispatch.ts';
import type { Engine } from '../../engine/engine.ts';
import { swapAnalysis } from '../../engine/swap.ts';
import { messageOf } from '../../errors.ts';
import { openJournalReader } from '../../journal/reader.ts';
import { Outbox } from '../../notifiers/outbox.ts';
import { slowLines } from '../../parsers/custom/grok.ts';
import { disabledFormats } from '../../parsers/custom/module-format.ts';
import type { ReadEvent } from '../../parsers/event.ts';
import { keysOf } from '../../processors/chain.ts';
import { analyserTelemetry } from '../../telemetry/components/analyser.ts';
import { parsingTelemetry } from '../../telemetry/components/parsing.ts';
import { pipelineTelemetry } from '../../telemetry/components/pipeline.ts';
import { sourcesTelemetry } from '../../telemetry/components/sources.ts';
import { watchThread } from '../../telemetry/components/threads.ts';
import { reportOf } from '../../telemetry/metrics.ts';
import { threadData } from '../../util/loading-thread.ts';
import { locator } from '../index-name.ts';
import { type ReaderData, serveReader, workerInstruments } from '../reader-port.ts';
import { Analyser } from './analyser.ts';
import { engineMetrics, keptState, ruleStates, SourceWatch } from './engine-metrics.ts';
import { LatestValues } from './latest-values.ts';
import { DiskPatience, PatientResults } from './patient-results.ts';
import { type StatisticsCall, startStatistics } from './statistics.ts';
import { Streaming } from './streaming.ts';

/** How often the analyser writes a checkpoint, in milliseconds: what it computes again after a crash. */
const checkpointEvery = 5_000;

const given = await threadData<ReaderData>();
const { config, folders } = given;
const instruments = workerInstruments(given, 'analyser');
const telemetry = pipelineTelemetry(instruments);
const journal = openJournalReader(folders.journal);
const patience = new DiskPatience({ refused: telemetry.diskRefuses, accepted: telemetry.diskTakes });
const results = new PatientResults(folders.analysis, journal.journalId, patience);
const outbox = new Outbox(folders.outbox);
const streaming = new Streaming(folders.streams, journal.journalId, patience);
await streaming.configure(config);
const statistics = startStatistics(config.statistics, Date.now());
let locate = locator(journal.journalId, config.indexing);
const keys = keysOf(config.processors);
const reading = {
  keys,
  telemetry: parsingTelemetry(instruments),
  locate: (event: ReadEvent) => locate(event),
};
const meter = new RunMeter(() => performance.now());
const latest = new LatestValues();
const watching = { ...reading, meter, ...(statistics && { watch: statistics.watch }) };
// The checkpoint was made by the analysis beside it, and continues with that until the configured one applies.
let analysis = (results.analysis() as Analysis | undefined) ?? analysisOf(config);
const engine = begin();

/** An analysis of another version may not be valid any more; then the configured one is used. */
function begin(): Engine {
  try {
    return assembleEngine(analysis, watching);
  } catch {
    analysis = analysisOf(config);
    return assembleEngine(analysis, watching);
  }
}

const port = serveReader({
  log: instruments.log,
  news: (newest) => analyser.wake(newest),
  block: (position, block, payloadBytes) => analyser.offer(position, block, payloadBytes),
  calls: {
    metrics: () => {
      updateMetrics();
      return reportOf(instruments.metrics);
    },
    alerts: () => engine.openAlerts,
    sources: () => sources.report(),
    formats: () => disabledFormats(),
    statistics: (call) => statistics?.report(call as StatisticsCall),
    rules: () => ruleStates(engine, { meter, latest }),
    kept: () => ({ ...keptState(engine), checkpoints: analyser.checkpoints, slowLines: slowLines() }),
    reload: (to) => reload(to as ReaderData),
  },
  stop: async () => {
    clearInterval(checkpoints);
    patience.stop();
    await analyser.stop();
    updateMetrics();
    await Promise.all([results.close(), outbox.close(), streaming.close(), journal.close()]);
  },
});

const analyser = new Analyser({
  journal,
  results,
  engine,
  latest,
  swap: (to) => {
    updateMetrics();
    const outputs = swapAnalysis(engine, analysis, to, reading);
    analysis = to;
    latest.keepOnly(new Set(engine.rules.map(({ name }) => name)));
    updateMetrics();
    return outputs;
  },
  notify: (notifications, episodes) =>
    patience.until(() => outbox.putAll(notifications, episodes, Date.now())),
  stream: (outputs) => streaming.put(outputs),
  onTransition: (transition) => {
    telemetry.alertTransition(transition);
    port.post({ kind: 'transition', transition });
  },
  onProgress: (position, committed, waiting) => port.post({ kind: 'progress', position, committed, waiting }),
  onNotifications: () => port.post({ kind: 'notifications' }),
  onOutputs: () => port.post({ kind: 'outputs' }),
  clock: () => performance.now(),
  checkpointBytes: Math.min(64 * 2 ** 20, config.journal.maxSize / 8),
});

async function reload(next: ReaderData): Promise<{ problem?: string }> {
  instruments.learn(next);
  locate = locator(journal.journalId, next.config.indexing);
  sources.thresholds = next.config.selfMonitoring;
  for (const [fingerprint, key] of keysOf(next.config.processors)) keys.set(fingerprint, key);
  await streaming.configure(next.config);
  return analyser.reload(analysisOf(next.config)).then(
    () => ({}),
    (error: unknown) => ({ problem: messageOf(error) }),
  );
}

const updateEngineMetrics = engineMetrics(engine, telemetry);
const threadMetrics = analyserTelemetry(instruments);
function updateMetrics(): void {
  updateEngineMetrics();
  threadMetrics.update(analyser.checkpoints, slowLines());
}
const sources = new SourceWatch(engine, config.selfMonitoring, sourcesTelemetry(instruments));
const checkpoints = setInterval(() => {
  sources.judge();
  analyser.requestCheckpoint();
}, checkpointEvery);
// If this is another analysis, the configuration was changed while the server was down.
void analyser.reload(analysisOf(config));
// An error ends the thread; the main thread restarts it from the state on disk.
analyser.run().catch((error) => {
  throw error;
});
port.post({ kind: 'ready' });
watchThread(instruments, 'analyser');
