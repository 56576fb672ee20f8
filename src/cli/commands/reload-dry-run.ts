import type { Config } from '../../config/schema/schema.ts';
import { type Analysis, analysisOf } from '../../engine/analysis.ts';
import { LogboomError } from '../../errors.ts';
import { keysOf } from '../../processors/chain.ts';
import { analysesIn } from '../../readers/analyses.ts';
import { foldersOf } from '../../readers/reader-port.ts';
import { type Comparison, compareRules } from '../../replay/compare.ts';
import { type ApiSource, ask } from '../api-client.ts';
import { progressOn } from '../progress.ts';
import type { Terminal } from '../terminal.ts';
import { formatComparison } from './comparison.ts';
import { formatReload, type ReloadReply } from './reload.ts';

/** A replay of a day's journal takes minutes. */
const longest = 3_600_000;

type Reply = { comparison: Comparison } | ReloadReply;

/** `logboom reload --dry-run`: 0 with a comparison, 1 where the configuration has problems. */
export async function reloadDryRun(source: ApiSource, json: boolean, terminal: Terminal): Promise<number> {
  const body = { dryRun: true };
  const reply = await ask<Reply>(source, '/reload', { body, timeout: longest, accepted: [400] });
  if (json) terminal.out(JSON.stringify(reply, null, 2));
  else terminal.out('comparison' in reply ? formatComparison(reply.comparison) : formatReload(reply));
  return 'comparison' in reply ? 0 : 1;
}

/** `logboom check --against journal`: compares the rules with those by which the journal was read. 0, whatever differs. */
export async function checkAgainst(config: Config, against: string, terminal: Terminal): Promise<number> {
  const [, folder] = /^journal(?::(.+))?$/.exec(against) ?? [];
  if (!against.startsWith('journal'))
    throw new LogboomError(
      'USAGE',
      `--against takes \`journal\` or \`journal:<data folder>\`, but got "${against}".`,
    );
  const data = folder ?? config.data;
  const before = (await analysesIn(foldersOf(data).analysis)).at(-1)?.analysis as Analysis | undefined;
  if (before === undefined)
    throw new LogboomError(
      'INPUT_UNREADABLE',
      `${data} holds no rules to compare with: no server has read its journal.`,
    );
  const progress = progressOn(terminal, (events) => `${events.toLocaleString('en')} events`);
  const compared = await compareRules(
    { before, after: analysisOf(config), data, keys: keysOf(config.processors) },
    progress,
  );
  progress.end();
  terminal.out(formatComparison(compared));
  return 0;
}
