import type { IndexingConfig } from '../../../../config/schema/outputs.ts';
import type { Millis } from '../../../../model/time.ts';
import { formatSize, parseSize } from '../../../../util/units.ts';
import type { Capabilities } from '../server.ts';

export type Retention = IndexingConfig['retention'];

export const policyName = 'logboom';

const day: Millis = 86_400_000;
const hour: Millis = 3_600_000;
/** What Elastic's own policy takes. */
const longestTurn: Millis = 30 * day;

/**
 * How long a data stream writes to one index. A whole index is deleted at a time, when its last document is old
 * enough, so nothing stays longer than an eighth more than asked.
 */
export function turnOf({ age }: Pick<Retention, 'age'>): Millis {
  return age === undefined ? longestTurn : Math.min(longestTurn, Math.max(hour, Math.round(age / 8)));
}

/** The policy for ILM. Without an age nothing is deleted, as in Elastic's own. */
export function policyBody(retention: Retention): object {
  const rollover = {
    max_age: elasticTime(turnOf(retention)),
    max_primary_shard_size: elasticSize(retention.rollover),
  };
  const { age } = retention;
  return {
    policy: {
      phases: {
        hot: { actions: { rollover } },
        ...(age !== undefined && { delete: { min_age: elasticTime(age), actions: { delete: {} } } }),
      },
    },
  };
}

/** The component that every data stream of ours has: who ages it, and when. */
export function lifecycleBody({ lifecycle }: Capabilities, { age }: Retention): object {
  if (lifecycle === 'ilm') return { template: { settings: { 'index.lifecycle.name': policyName } } };
  if (lifecycle === 'none') return { template: {} };
  return { template: { lifecycle: age === undefined ? {} : { data_retention: elasticTime(age) } } };
}

/** Elasticsearch takes one whole number and one unit. */
export function elasticTime(millis: Millis): string {
  const units = { d: day, h: hour, m: 60_000, s: 1_000 };
  for (const [unit, length] of Object.entries(units))
    if (millis >= length && millis % length === 0) return `${millis / length}${unit}`;
  return `${Math.max(1, Math.round(millis))}ms`;
}

export function elasticSize(bytes: number): string {
  const words = formatSize(bytes);
  return parseSize(words) === bytes ? words : `${bytes}b`;
}
