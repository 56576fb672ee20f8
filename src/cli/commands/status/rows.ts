import type { Status } from '../../../telemetry/api/status.ts';
import type { KeptState } from '../../../telemetry/components/pipeline.ts';
import { lengthText } from '../../../util/figures.ts';
import { countOf, formatNumber, sizeText } from '../../../util/text.ts';

/** Rules that the table has; the JSON has more. */
const mostShown = 20;

/** What did not fit, by rule. A server before this version reports none. */
export function keptRows({ kept }: Status): string[][] {
  if (kept === undefined) return [];
  const { groups, values, sources, corrections, exceeded, late, corrected, checkpoints, slowLines } = kept;
  const slow = (slowLines?.['matched late'] ?? 0) + (slowLines?.['given up'] ?? 0);
  const of = ({ kept, limit }: typeof groups) => `${formatNumber(kept)} of ${formatNumber(limit)}`;
  const rules = exceeded.slice(0, mostShown).map(({ rule, overflowed, forgotten }) => {
    const beyond = overflowed === 0 ? [] : [`${countOf(overflowed, 'event')} of groups beyond the limits`];
    return [
      rule,
      [...beyond, ...(forgotten === 0 ? [] : [`${formatNumber(forgotten)} forgotten`])].join('; '),
    ];
  });
  const behind =
    late + corrected === 0 ? [] : [['late events', `${late} not counted, ${corrected} corrected`]];
  return [
    ...behind,
    ['groups', of(groups)],
    ...(values.kept === 0 ? [] : [['values', of(values)]]),
    ...(sources === undefined || sources.forgotten === 0
      ? []
      : [['clocks of sources', `${of(sources)}; ${formatNumber(sources.forgotten)} forgotten`]]),
    ...(corrections === undefined ? [] : [['for corrections', correctionsText(corrections)]]),
    ...checkpointRows(checkpoints),
    ...(slow === 0 ? [] : [['slow lines', slowText(slowLines)]]),
    ...rules,
  ];
}

/** Shown from when one took so long that others wait for it. */
function checkpointRows(checkpoints: KeptState['checkpoints']): string[][] {
  if (checkpoints === undefined || checkpoints.putOff === 0) return [];
  const { took, pause, putOff } = checkpoints;
  return [
    [
      'checkpoints',
      `the last took ${lengthText(took)}, the next waits ${lengthText(pause)}; ${formatNumber(putOff)} put off`,
    ],
  ];
}

const slowText = (lines: KeptState['slowLines']) =>
  `${formatNumber(lines?.['matched late'] ?? 0)} matched late, ${formatNumber(lines?.['given up'] ?? 0)} given up`;

type Corrections = NonNullable<KeptState['corrections']>;

function correctionsText({ kept, limit, needed = 0, forgotten = 0 }: Corrections): string {
  const used = `${sizeText(kept)} of ${sizeText(limit)}`;
  const newest = needed === 0 ? used : `${used}, and ${sizeText(needed)} of the newest of groups`;
  return forgotten === 0 ? newest : `${newest}; ${formatNumber(forgotten)} forgotten`;
}

/** A server before this version reports none. */
export function processorRows({ processors = {} }: Partial<Status>): string[][] {
  return Object.entries(processors).map(([name, { changed, leftOut, failed, failure }]) => [
    name,
    `${formatNumber(changed)} changed`,
    `${formatNumber(leftOut)} left out`,
    failed === 0 ? '' : `failed on ${countOf(failed, 'event')}: ${failure}`,
  ]);
}

export function forwardRows({ forward }: Status): string[][] {
  if (!forward) return [];
  const rows = forward.hosts.map(({ host, connected, reason }) => [
    host,
    connected ? 'connected' : 'not connected',
    reason ?? '',
  ]);
  return forward.missed === 0 ? rows : [...rows, ['missed', countOf(forward.missed, 'record')]];
}

export function memoryRows({ memory }: Status): string[][] {
  if (memory === undefined) return [];
  return [['memory', `${sizeText(memory.own)}, and ${sizeText(memory.files)} of mapped files`]];
}
