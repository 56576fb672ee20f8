import { rulesFrom } from '../../replay/rules-file.ts';
import { defaultSeeds, score, scoreTable } from '../../replay/score.ts';
import { numberFrom } from '../arguments.ts';
import { columns, type Terminal } from '../terminal.ts';

interface ScoreArguments {
  rules?: string | undefined;
  seeds?: string | undefined;
  json?: boolean | undefined;
}

/** `logboom score`: 0, whatever the scores are. */
export function scoreRules(given: ScoreArguments, terminal: Terminal): number {
  const config = rulesFrom({ path: given.rules, env: process.env });
  const seeds = given.seeds?.split(',').map((seed) => numberFrom('seeds', seed.trim(), 0)) ?? defaultSeeds;
  const report = score(config, seeds);
  if (given.json) terminal.out(JSON.stringify(report, null, 2));
  else {
    const total = Object.values(report.incidents).reduce((sum, count) => sum + count, 0);
    terminal.out(columns(scoreTable(report), ''));
    terminal.err(
      `${report.events.toLocaleString('en')} events, ${total} incidents; docs/scores.md describes the columns`,
    );
  }
  return 0;
}
