import { inUnitOf, measuredField } from '../../util/figures.ts';
import { isMapping } from '../schema/shape.ts';

const amount = /(?<!\w|\w\.)\d+(?:\.\d+)?[a-zµ]+(?:\d+[a-z]+)*/gi;

/**
 * Replaces durations and sizes in the conditions of rules (`max(event.duration)` and `> 2s`) by numbers in the unit of the
 * measured field, in place. An amount that the field's unit does not fit stays: the check of the condition reports it.
 */
export function convertUnits(tree: Record<string, unknown>): void {
  if (!Array.isArray(tree.rules)) return;
  for (const rule of tree.rules) {
    const field =
      isMapping(rule) && typeof rule.measure === 'string' ? measuredField(rule.measure) : undefined;
    if (field === undefined) continue;
    for (const setting of ['when', 'recover']) {
      const text = rule[setting];
      if (typeof text === 'string') rule[setting] = text.replace(amount, (one) => converted(field, one));
    }
  }
}

const converted = (field: string, text: string) => String(inUnitOf(field, text) ?? text);
