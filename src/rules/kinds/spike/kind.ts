import { formatNumber } from '../../../util/text.ts';
import { checkMeasure, checkWindows } from '../../checks.ts';
import { CountingRun, windowParts } from '../../run/window-run.ts';
import { defaults, defineKind } from '../kind.ts';
import { type SpikeConfig, SpikeJudge, schema } from './judge.ts';

/** Every hop of two windows is remembered for each group. */
const maxHops = 1_000;

/** A window that differs much from the one before it. */
export const spike = defineKind({
  schema,
  traits: { raisesEarly: false, keepsLate: false, moments: false },
  settings: (config) => ({ ...defaults, ...config, when: conditionInWords(config) }),
  counting: ({ measure }) => ({ measure, when: '>= 0' }),
  check(config, report) {
    const { over, every = over, ratio } = config;
    checkWindows(config, report);
    checkMeasure(config.measure, report);
    if (over / every > maxHops)
      report(
        'every',
        `${over / every} windows of each group would be remembered`,
        `use a hop of at least 1/${maxHops} of \`over\``,
      );
    if (ratio === 1) report('ratio', 'every window is once as much as itself', 'use more than 1, such as 3');
  },
  lookBack: ({ over }) => 2 * over,
  start: (parts) => new CountingRun(windowParts(parts, () => new SpikeJudge(parts.config))),
});

function conditionInWords({ ratio, direction }: SpikeConfig): string {
  const up = `>= ${formatNumber(ratio)} times`;
  const down = `<= 1/${formatNumber(ratio)} of`;
  return `${direction === 'up' ? up : direction === 'down' ? down : `${up} or ${down}`} the window before`;
}
