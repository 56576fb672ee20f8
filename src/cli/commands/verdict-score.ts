import { analysisOf } from '../../engine/analysis.ts';
import { keysOf } from '../../processors/chain.ts';
import { verdictsIn } from '../../replay/explain/handling-remarks.ts';
import { rulesFrom } from '../../replay/rules-file.ts';
import { scoreByVerdicts, type VerdictScore } from '../../replay/verdict-score.ts';
import { countOf, formatDuration, formatShare, printable } from '../../util/text.ts';
import { type ConfigArguments, validConfig } from '../configuration.ts';
import { progressOn } from '../progress.ts';
import { columns, type Terminal } from '../terminal.ts';

interface JournalScoreArguments extends ConfigArguments {
  /** Proposed rules. */
  rules?: string | undefined;
  json?: boolean | undefined;
}

/** `logboom score --journal`: how the present rules, and proposed ones, agree with the verdicts. 0, whatever the scores are. */
export async function scoreJournal(given: JournalScoreArguments, terminal: Terminal): Promise<number> {
  const config = validConfig(given);
  const keys = keysOf(config.processors);
  const verdicts = await verdictsIn(config.data);
  const proposed = given.rules === undefined ? undefined : rulesFrom({ path: given.rules, env: process.env });
  const progress = progressOn(terminal, (events) => `${events.toLocaleString('en')} events`);
  const runs = proposed === undefined ? 1 : 2;
  const part = (run: number) => (share: number, events: number) => progress((run + share) / runs, events);
  const present = await scoreByVerdicts(analysisOf(config), verdicts, config.data, keys, part(0));
  const next =
    proposed &&
    (await scoreByVerdicts(
      { ...analysisOf(config), rules: proposed.rules },
      verdicts,
      config.data,
      keys,
      part(1),
    ));
  progress.end();
  if (given.json) {
    terminal.out(
      JSON.stringify({ verdicts: verdicts.length, present, ...(next && { proposed: next }) }, null, 2),
    );
    return 0;
  }
  if (verdicts.length === 0)
    terminal.err(
      'There are no verdicts yet: logboom alerts true|false ID…, or logboom alerts missed --rule RULE.',
    );
  const counts = ['true', 'false', 'missed'].map(
    (one) => `${verdicts.filter(({ verdict }) => verdict === one).length} ${one}`,
  );
  terminal.out(`${countOf(verdicts.length, 'verdict')}: ${counts.join(', ')}`);
  terminal.out(`\npresent rules\n${columns(tableOf(present))}`);
  if (next) terminal.out(`\nproposed rules\n${columns(tableOf(next))}`);
  return 0;
}

const head = ['rule', 'alerts', 'right', 'wrong', 'not judged', 'precision', 'recall', 'detection', 'reset'];

function tableOf(scores: readonly VerdictScore[]): string[][] {
  const share = (value: number | undefined) => (value === undefined ? '–' : formatShare(value));
  const times = (one: VerdictScore['detection']) =>
    one === undefined ? '–' : `${formatDuration(one.median)}, at most ${formatDuration(one.longest)}`;
  return [
    head,
    ...scores.map(
      ({ rule, alerts, right, wrong, unjudged, precision, recall, found, incidents, detection, reset }) => [
        ...[printable(rule), `${alerts}`, `${right}`, `${wrong}`, `${unjudged}`, share(precision)],
        ...[`${share(recall)} (${found} of ${incidents})`, times(detection), times(reset)],
      ],
    ),
  ];
}
