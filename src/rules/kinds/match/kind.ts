import * as z from 'zod';
import { common, quiet } from '../../../config/schema/rule-settings.ts';
import type { Millis, Observation } from '../../../model.ts';
import { formatDuration } from '../../../util/text.ts';
import { checkQuiet } from '../../checks.ts';
import { type Judgement, statelessJudge } from '../../judge.ts';
import { CountingRun, windowParts } from '../../run/window-run.ts';
import { defaults, defineKind, momentWindow } from '../kind.ts';

const schema = z.strictObject({
  kind: z.literal('match').describe('Raises an alert for every event that matches `where`.'),
  ...common,
  quiet,
});

/** Every event that matches. The alert ends when none matched for the quiet time. */
export const match = defineKind({
  schema,
  traits: { raisesEarly: true, keepsLate: true, moments: true },
  settings: (config) => ({ ...defaults, ...config, ...momentWindow(config.quiet, 'count') }),
  check(config, report) {
    checkQuiet(config, report);
    if (config.where.trim() === '')
      report(
        'where',
        'every event would raise the alert',
        'write the query of the events that raise the alert',
      );
  },
  start(parts) {
    const judge = statelessJudge(
      (observation) => judgeCount(observation, parts.rule.over),
      (_, count) => count > 0,
    );
    return new CountingRun(windowParts(parts, () => judge));
  },
});

function judgeCount({ count }: Observation, quiet: Millis): Judgement {
  const within = `within ${formatDuration(quiet)}`;
  if (count === 0) return { verdict: 'calm', reason: `no event matched ${within}` };
  return { verdict: 'true', reason: count === 1 ? 'an event matched' : `${count} events matched ${within}` };
}
