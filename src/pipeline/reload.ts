import type { ConfigChanges } from '../config/changes.ts';
import type { Config } from '../config/schema.ts';
import type { Delivering } from './delivering.ts';
import type { Reader, ReaderReload } from './reader.ts';
import type { ReaderData } from './reader-data.ts';

/** The parts of a pipeline that can go on by another configuration. */
export interface Reloadable {
  analyser: Pick<Reader, 'reload'>;
  indexer: Pick<Reader, 'reload'>;
  delivering: Pick<Delivering, 'reload'>;
}

export interface PipelineReload {
  /** Readers that are busy, and take it up when they are done. */
  pending: string[];
  /** Why it was refused. */
  problem?: string;
}

/**
 * Puts changes into force. Inputs and the journal are left alone, so no connection notices. First comes what may be
 * refused, with everything as it was.
 */
export async function reloadPipeline(
  { analyser, indexer, delivering }: Reloadable,
  running: Config,
  { config, parts }: ConfigChanges,
  dataOf: (config: Config) => ReaderData,
): Promise<PipelineReload> {
  const indexed = parts.includes('indexing') ? await indexer.reload(dataOf(config)) : nothing;
  if (indexed.problem !== undefined) return { pending: [], problem: indexed.problem };
  // New rules find their notifiers, and the last words of rules that go still find theirs.
  if (parts.includes('notifiers')) await delivering.reload({ ...running.notifiers, ...config.notifiers });
  const analysed = parts.includes('analysis') ? await analyser.reload(dataOf(config)) : nothing;
  if (analysed.problem !== undefined) throw new Error(`the analyser refuses the rules: ${analysed.problem}`);
  if (parts.includes('notifiers')) await delivering.reload(config.notifiers);
  const pending = { analyser: analysed.pending, indexer: indexed.pending };
  return { pending: Object.keys(pending).filter((name) => pending[name as keyof typeof pending]) };
}

const nothing: ReaderReload = { pending: false };
