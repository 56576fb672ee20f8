import type { ConfigChanges } from '../config/changes.ts';
import type { Config } from '../config/schema.ts';
import type { Delivering } from './delivering.ts';
import type { Reader } from './reader.ts';
import type { ReaderData } from './reader-data.ts';

/** The parts of a pipeline that can go on by another configuration. */
export interface Reloadable {
  analyser: Pick<Reader, 'reload'>;
  indexer: Pick<Reader, 'reload'>;
  delivering: Pick<Delivering, 'reload'>;
}

/**
 * Puts changes into force. Inputs and the journal are left alone, so no connection notices. First comes what may be
 * refused, with everything as it was; a refusal is returned in words.
 */
export async function reloadPipeline(
  { analyser, indexer, delivering }: Reloadable,
  running: Config,
  { config, parts }: ConfigChanges,
  dataOf: (config: Config) => ReaderData,
): Promise<string | undefined> {
  const refusal = parts.includes('indexing') ? await indexer.reload(dataOf(config)) : undefined;
  if (refusal !== undefined) return refusal;
  // New rules find their notifiers, and the last words of rules that go still find theirs.
  if (parts.includes('notifiers')) await delivering.reload({ ...running.notifiers, ...config.notifiers });
  const refused = parts.includes('analysis') ? await analyser.reload(dataOf(config)) : undefined;
  if (refused !== undefined) throw new Error(`the analyser refuses the rules: ${refused}`);
  if (parts.includes('notifiers')) await delivering.reload(config.notifiers);
  return undefined;
}
