import type { ConfigChanges } from '../config/changes.ts';
import type { Config } from '../config/schema/schema.ts';
import type { SelfMonitoring } from '../monitoring/self-monitoring.ts';
import type { Delivery } from '../notifiers/delivery.ts';
import { type Forwarding, forwardProblem } from '../readers/forwarder/forwarding.ts';
import type { Reader, ReaderReload } from '../readers/reader.ts';
import type { ReaderData } from '../readers/reader-data.ts';

/** The parts of a pipeline that can apply another configuration. */
export interface Reloadable {
  analyser: Pick<Reader, 'reload'>;
  indexer: Pick<Reader, 'reload'>;
  forwarding: Pick<Forwarding, 'reload'>;
  delivery: Pick<Delivery, 'reload'>;
  selfMonitoring: Pick<SelfMonitoring, 'reload'>;
}

export interface PipelineReload {
  /** Readers that are busy and apply it later. */
  pending: string[];
  /** Why it was refused, and the section of the configuration that causes it. */
  problem?: { section: 'elasticsearch' | 'forward'; message: string };
}

/**
 * Applies changes. Inputs and the journal are not touched, so connections stay. Changes that may be refused come first: a
 * refusal leaves everything as it was.
 */
export async function reloadPipeline(
  { analyser, indexer, forwarding, delivery, selfMonitoring }: Reloadable,
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
  if (parts.includes('selfMonitoring')) await selfMonitoring.reload(config);
  if (parts.includes('notifiers')) await delivery.reload(config);
  const pending = { analyser: analysed.pending, indexer: indexed.pending };
  return { pending: Object.keys(pending).filter((name) => pending[name as keyof typeof pending]) };
}

const nothing: ReaderReload = { pending: false };
const refusal = (section: 'elasticsearch' | 'forward', message: string): PipelineReload => ({
  pending: [],
  problem: { section, message },
});
