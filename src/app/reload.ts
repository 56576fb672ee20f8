import { isDeepStrictEqual } from 'node:util';
import { type ConfigChanges, changesBetween } from '../config/changes.ts';
import type { Loaded } from '../config/load/load.ts';
import type { Config } from '../config/schema/schema.ts';
import { addSecrets } from '../config/secrets.ts';
import { ruleChanges } from '../engine/analysis.ts';
import { messageOf } from '../errors.ts';
import type { SelfMonitoring } from '../monitoring/self-monitoring.ts';
import type { Delivery } from '../notifiers/delivery.ts';
import type { Streams } from '../notifiers/streams/streams.ts';
import type { Gate } from '../processors/gate.ts';
import { type Forwarding, forwardProblem } from '../readers/forwarder/forwarding.ts';
import type { Reader, ReaderReload } from '../readers/reader.ts';
import type { ReaderData } from '../readers/reader-port.ts';
import type { ReloadTelemetry, ReloadTrigger } from '../telemetry/components/reload.ts';
import type { Applied, Refused, ReloadAnswer } from '../telemetry/reload-answer.ts';

/** The current configuration. */
export interface Running {
  config: Config;
  /** Number of problems that made the last reload fail. */
  problems: number;
}

export interface ReloadParts {
  running: Running;
  pipeline: Reloadable;
  /** Loads and checks the configuration as `logboom check` does. */
  load: () => Loaded;
  dataOf: (config: Config) => ReaderData;
  /** Called with the applied changes, for parts outside the pipeline. */
  onChange: (changes: ConfigChanges) => void;
  /** Values that the log leaves out. Those of the new configuration are added. */
  secrets: string[];
  telemetry: ReloadTelemetry;
}

export type Reload = (trigger: ReloadTrigger) => Promise<ReloadAnswer>;

/**
 * Returns a function that loads the configuration again and applies the changes that need no restart. It never rejects.
 * Reloads run one at a time. Requests during a reload share the next one, which reads the files later than any of them.
 * Before each reload the event loop gets a turn, so that endless requests do not delay ACKs.
 */
export function reloaderOf(parts: ReloadParts): Reload {
  let last: Promise<unknown> = Promise.resolve();
  let next: Promise<ReloadAnswer> | undefined;
  return (trigger) => {
    next ??= last.then(async () => {
      await new Promise<void>((resolve) => setImmediate(resolve));
      next = undefined;
      return reload(parts, trigger);
    });
    last = next;
    return next;
  };
}

async function reload(parts: ReloadParts, trigger: ReloadTrigger): Promise<ReloadAnswer> {
  const { running, telemetry } = parts;
  try {
    const answer = await attempt(parts);
    running.problems = answer.applied ? 0 : answer.problems.length;
    if (answer.applied) telemetry.applied(trigger, answer);
    else telemetry.refused(trigger, answer);
    return answer;
  } catch (error) {
    running.problems = 1;
    telemetry.failed(trigger, error);
    const remedy = 'See the log. A restart applies the configuration.';
    return { applied: false, problems: [{ path: '', message: messageOf(error), remedy }] };
  }
}

async function attempt(parts: ReloadParts): Promise<ReloadAnswer> {
  const { running, pipeline, load, dataOf, secrets } = parts;
  const loaded = load();
  const file = loaded.path === undefined ? {} : { file: loaded.path };
  if (!loaded.config) return { applied: false, ...file, problems: loaded.problems };
  addSecrets(secrets, loaded.config);
  const before = running.config;
  const changes = changesBetween(before, loaded.config);
  const { problem, pending } = await reloadPipeline(pipeline, before, changes, dataOf);
  if (problem !== undefined) return { applied: false, ...file, problems: [problemOf(problem)] };
  running.config = changes.config;
  parts.onChange(changes);
  return { ...answerOf(before, changes), pending };
}

function problemOf({
  section,
  message,
}: NonNullable<PipelineReload['problem']>): Refused['problems'][number] {
  return { path: section, message, remedy: `Correct the settings of \`${section}\`.` };
}

function answerOf(before: Config, changes: ConfigChanges): Omit<Applied, 'pending'> {
  const { config, settings, needsRestart } = changes;
  return {
    applied: true,
    rules: ruleChanges(before, config),
    notifiers: changedNames(before.notifiers, config.notifiers),
    settings,
    needsRestart,
  };
}

function changedNames(from: Record<string, unknown>, to: Record<string, unknown>): Applied['notifiers'] {
  const both = Object.keys(to).filter((name) => name in from);
  return {
    added: Object.keys(to).filter((name) => !(name in from)),
    changed: both.filter((name) => !isDeepStrictEqual(from[name], to[name])),
    removed: Object.keys(from).filter((name) => !(name in to)),
  };
}

/** The parts of a pipeline that can apply another configuration. */
interface Reloadable {
  analyser: Pick<Reader, 'reload'>;
  indexer: Pick<Reader, 'reload'>;
  forwarding: Pick<Forwarding, 'reload'>;
  delivery: Pick<Delivery, 'reload'>;
  selfMonitoring: Pick<SelfMonitoring, 'reload'>;
  gate: Pick<Gate, 'reload'>;
  streams: Pick<Streams, 'reload'>;
}

interface PipelineReload {
  /** Readers that are busy and apply it later. */
  pending: string[];
  /** Why it was refused, and the section of the configuration that causes it. */
  problem?: { section: 'elasticsearch' | 'forward'; message: string };
}

/**
 * Applies changes. Inputs and the journal are not touched, so connections stay. Changes that may be refused come first: a
 * refusal leaves everything as it was.
 */
async function reloadPipeline(
  { analyser, indexer, forwarding, delivery, selfMonitoring, gate, streams }: Reloadable,
  running: Config,
  { config, parts }: ConfigChanges,
  dataOf: (config: Config) => ReaderData,
): Promise<PipelineReload> {
  const refused = parts.includes('forwarding') ? forwardProblem(config) : undefined;
  if (refused !== undefined) return refusal('forward', refused);
  const indexed = parts.includes('indexing') ? await indexer.reload(dataOf(config)) : nothing;
  if (indexed.problem !== undefined) return refusal('elasticsearch', indexed.problem);
  if (parts.includes('forwarding')) await forwarding.reload(dataOf(config));
  // Old and new notifiers exist while the rules change: new rules need the new ones, removed rules the old ones.
  if (parts.includes('notifiers'))
    await delivery.reload({ ...config, notifiers: { ...running.notifiers, ...config.notifiers } });
  const analysed = parts.includes('analysis') ? await analyser.reload(dataOf(config)) : nothing;
  if (analysed.problem !== undefined) throw new Error(`the analyser refuses the rules: ${analysed.problem}`);
  if (parts.includes('gate')) gate.reload(config);
  if (parts.includes('selfMonitoring')) await selfMonitoring.reload(config);
  if (parts.includes('notifiers')) await delivery.reload(config);
  if (parts.includes('streams')) await streams.reload(config);
  const pending = { analyser: analysed.pending, indexer: indexed.pending };
  return { pending: Object.keys(pending).filter((name) => pending[name as keyof typeof pending]) };
}

const nothing: ReaderReload = { pending: false };
const refusal = (section: 'elasticsearch' | 'forward', message: string): PipelineReload => ({
  pending: [],
  problem: { section, message },
});
