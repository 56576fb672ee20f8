import { formatNumber } from '../../../util/text.ts';
import { checkMeasure, checkWindows, checkZone } from '../../checks.ts';
import { CountingRun, windowParts } from '../../run/window-run.ts';
import { defaults, defineKind } from '../kind.ts';
import { BaselineJudge } from './judge.ts';
import { type BaselineConfig, schema } from './schema.ts';

const hour = 3_600_000;

/** A window that deviates from what was learned of the same hour of the day or the week. */
export const baseline = defineKind({
  schema,
  traits: { raisesEarly: false, keepsLate: false, moments: false },
  settings: (config) => ({ ...defaults, ...config, when: conditionInWords(config) }),
  counting: ({ measure }) => ({ measure, when: '>= 0' }),
  check(config, report) {
    const { over, season, zone, warmUp, memory, forget } = config;
    checkWindows(config, report);
    checkMeasure(config.measure, report);
    checkZone(zone, 'zone', report);
    if (season !== 'none' && over > hour)
      report(
        'over',
        'a window would lie in several hours of its season',
        'use 1h or less, or `season: none`',
      );
    if (warmUp > memory)
      report('warmUp', 'more would have to be learned than is remembered', 'use at most `memory`');
    if (forget <= over)
      report('forget', 'a group would be forgotten within a window', 'use a multiple of `over`');
  },
  start: (parts) => new CountingRun(windowParts(parts, () => new BaselineJudge(parts.config))),
});

function conditionInWords({ deviation, direction }: BaselineConfig): string {
  const side = { up: 'above', down: 'below', both: 'from' }[direction];
  return `${formatNumber(deviation)} spreads or more ${side} what is normal`;
}
