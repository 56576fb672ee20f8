import { incidentKinds } from '../generator/incidents.ts';
import { formatDuration, formatShare } from '../util/units.ts';
import type { Score, ScoreReport } from './score.ts';

/** The days that `logboom score` and the documentation use. Other seeds give slightly different scores. */
export const defaultSeeds: readonly number[] = [1, 2];

const head = ['rule', 'finds', 'alerts', 'precision', 'recall', 'delay (median)', 'delay (longest)'];

/** The scores as rows of cells, the heading first, for a terminal or a page. */
export function scoreTable({ scores, incidents }: ScoreReport): string[][] {
  const kinds = incidentKinds.map((kind) => `${kind} (${incidents[kind]})`);
  return [[...head, ...kinds], ...scores.map(cellsOf)];
}

function cellsOf({ rule, finds, alerts, precision, recall, delay, found }: Score): string[] {
  const share = (value: number | undefined) => (value === undefined ? '–' : formatShare(value));
  return [
    rule,
    finds.length === 0 ? 'none' : finds.join(', '),
    `${alerts}`,
    share(precision),
    share(recall),
    delay ? formatDuration(delay.median) : '–',
    delay ? formatDuration(delay.longest) : '–',
    ...incidentKinds.map((kind) => `${found[kind]}`),
  ];
}
