import type { AlertSettings } from '../../config/schema/rule-settings.ts';
import type { Millis } from '../../model.ts';
import type { Bounds } from '../checks.ts';

/** Values of the settings that a kind does not have: nothing has to last, and no window is recorded. */
export const defaults = {
  every: undefined,
  minCount: 0,
  recover: undefined,
  for: 0,
  keepActiveFor: 0,
  noData: 'hold',
  record: false,
} as const;

/** `> 5`, `< 2`, `outside 2..5`. */
export function boundsCondition({ min, max }: Bounds): string {
  if (min !== undefined && max !== undefined) return `outside ${min}..${max}`;
  return max === undefined ? `< ${min ?? 0}` : `> ${max}`;
}

/**
 * The window of kinds that count moments. The alert is active from a moment on until there was none for the quiet time.
 * `measure` is in words.
 */
export function momentWindow(
  quiet: Millis,
  measure: string,
): Pick<AlertSettings, 'measure' | 'when' | 'over' | 'every'> {
  return { measure, when: '>= 1', over: quiet, every: hopOf(quiet) };
}

/** A tenth of the quiet time where that is whole. A smaller hop dates the end of an alert better, and needs more memory. */
function hopOf(quiet: Millis): Millis {
  return quiet / ([10, 5, 2].find((parts) => quiet % parts === 0) ?? 1);
}
