import type { Millis, Observation } from '../model.ts';
import { formatDuration } from '../util/units.ts';
import type { Judgement } from './judge.ts';

/** Every matching event raises, or prolongs what an earlier one raised; the alert ends when there was none for so long. */
export function matchJudgement({ count }: Observation, quiet: Millis): Judgement {
  const within = `within ${formatDuration(quiet)}`;
  if (count === 0) return { verdict: 'calm', reason: `no event matched ${within}` };
  return { verdict: 'true', reason: count === 1 ? 'an event matched' : `${count} events matched ${within}` };
}
