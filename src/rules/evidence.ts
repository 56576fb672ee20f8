import type { Measure } from '../model.ts';
import type { Amount } from '../windows/aggregates/aggregate.ts';
import type { Condition } from './condition.ts';

/** Why a line is evidence: the value that was measured in it. */
export interface Shown {
  value?: number | string | undefined;
  /** One line for each value is enough. */
  isUnique?: true;
}

/** Whether a line is evidence for an alert, by what it adds to its window. Undefined: it is none. */
export type EvidenceOf = (amount: Amount) => Shown | undefined;

const plain: Shown = {};

/**
 * Which lines show why the condition holds: of a share those that its query counts (the others where a low share raises
 * the alert), of a maximum, minimum or percentile those beyond the threshold, of different values one for each.
 */
export function evidenceFor(measure: Measure, condition: Condition | undefined): EvidenceOf {
  switch (measure.kind) {
    case 'count':
    case 'rate':
      return () => plain;
    case 'share': {
      const counted = condition?.truer !== 'as it falls';
      return (amount) => (amount === counted ? plain : undefined);
    }
    case 'distinct':
      return (amount) => firstOf(amount, () => true, { isUnique: true });
    case 'max':
    case 'min':
    case 'percentile':
      return (amount) => firstOf(amount, (value) => condition?.test(value) ?? true);
    case 'sum':
    case 'avg':
      return (amount) => firstOf(amount, () => true);
  }
}

/** The first of an event's values that passes. */
function firstOf(amount: Amount, passes: (value: number) => boolean, more: Shown = plain): Shown | undefined {
  const values = typeof amount === 'object' ? amount : [amount];
  const value = values.find((one) => (typeof one === 'number' ? passes(one) : typeof one === 'string'));
  return value === undefined || typeof value === 'boolean' ? undefined : { value, ...more };
}
