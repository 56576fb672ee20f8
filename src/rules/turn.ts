import type { AlertState, AlertStatus, Decision, Observation } from '../model.ts';
import { formatDuration } from '../util/units.ts';
import { announce, nothingChanged } from './announcement.ts';
import type { StateRule } from './compile.ts';
import { flappingAt, flappingReason } from './flapping.ts';
import type { Judgement } from './judge.ts';

/** One look at one alert, with everything that the answer depends on. */
export interface Look {
  state: AlertState;
  o: Observation;
  rule: StateRule;
  judgement: Judgement;
}

export function stay({ state }: Look, reason: string): Decision {
  return { state, reason, update: false, notify: nothingChanged };
}

/** Goes to a status, or remains there with something new to remember. */
export function turn(look: Look, to: AlertStatus, why: string, patch: Partial<AlertState> = {}): Decision {
  const { state, o, rule } = look;
  const peak = peakOf(look);
  if (state.status === to) return { ...stay(look, why), state: { ...state, ...patch, peak } };
  const activated = to === 'active' && (state.status === 'inactive' || state.status === 'pending');
  const marks = flappingAt(state, o.at, rule.over, activated);
  const reason = activated && marks.flapping ? why + flappingReason(rule.over) : why;
  const { notify, remember } = announce(state, to, o.at, rule);
  const ended =
    to === 'inactive' ? { start: undefined, calm: undefined, early: undefined, held: undefined } : {};
  const told = { value: o.value, toldPeak: peak, updated: o.at };
  return {
    state: { ...state, ...patch, ...told, ...ended, ...marks, ...remember, peak, status: to },
    reason,
    transition: { from: state.status, to, at: o.at, reason },
    update: false,
    notify,
  };
}

/** Of the values for which the condition held, the farthest beyond it. */
export function peakOf({ state, o, rule, judgement }: Look): number | undefined {
  if (judgement.verdict !== 'true') return state.peak;
  const before = state.start === undefined ? undefined : state.peak;
  const { distance } = judgement.measuredBy ?? rule.condition!;
  return before === undefined || distance(o.value!) > distance(before) ? o.value : before;
}

/** How long the condition must hold, in words. */
export function lasting({ config }: StateRule): string {
  return formatDuration(config.for);
}
