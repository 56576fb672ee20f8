import type { AlertState, AlertStatus, Decision, Millis, Observation } from '../model.ts';
import { formatDuration } from '../util/duration.ts';
import { announce, cooldownMatters, nothingChanged } from './announcement.ts';
import { flappingAt, flappingHorizon, flappingReason } from './flapping.ts';
import { type Judgement, judge, type StateRule } from './judgement.ts';

export type { StateRule } from './judgement.ts';

/** An alert that was never looked at. */
export const fresh: AlertState = Object.freeze({
  status: 'inactive',
  start: undefined,
  calm: undefined,
  early: undefined,
  value: undefined,
  peak: undefined,
  updated: undefined,
  announced: undefined,
  told: false,
  activations: [],
  flapping: false,
});

/** One look at one alert, with everything that the answer depends on. */
interface Look {
  state: AlertState;
  o: Observation;
  rule: StateRule;
  judgement: Judgement;
}

/**
 * The state machine of every kind: inactive → pending → active → recovering → inactive, and `no-data` while an alert that is open
 * has nothing to measure. Pure: the same state, observation, rule and judgement
 * (by default that of a threshold) always lead to the same decision.
 *
 * Windows of a group are looked at in the order of their ends, except that an early look at a window may come before
 * those at windows that end before it; these can then prove that the alert began earlier, but not that it is over.
 */
export function step(
  state: AlertState,
  o: Observation,
  rule: StateRule,
  judgement: Judgement = judge(o, rule),
): Decision {
  const decision = decide({ state, o, rule, judgement });
  const deadline = deadlineOf(decision.state, rule);
  return deadline === undefined ? decision : { ...decision, deadline };
}

/** When time alone changes the alert: the end of `for` or of `keepActiveFor`, at the window that ends then or next. */
export function deadlineOf({ status, start, calm }: AlertState, rule: StateRule): Millis | undefined {
  const { config, every } = rule;
  if (status === 'pending') return windowEnd(start! + config.for, every);
  return status === 'recovering' ? windowEnd(calm! + config.keepActiveFor, every) : undefined;
}

function decide(look: Look): Decision {
  const { state, o } = look;
  if (o.early) return early(look);
  const behind = state.early !== undefined && o.at < state.early;
  if (behind && look.judgement.verdict !== 'true')
    return stay(look, `${look.judgement.reason}, but in a window before the one that raised the alert`);
  switch (state.status) {
    case 'inactive':
      return look.judgement.verdict === 'true' ? begin(look) : stay(look, look.judgement.reason);
    case 'pending':
      return look.judgement.verdict === 'true' ? hold(look) : turn(look, 'inactive', look.judgement.reason);
    default:
      return open(look);
  }
}

/** True where forgetting the alert changes nothing that will ever be decided. */
export function isForgettable(state: AlertState, at: Millis, { config, over }: StateRule): boolean {
  if (state.status !== 'inactive' || cooldownMatters(state, at, config) > 0) return false;
  return state.activations.every((time) => time <= at - flappingHorizon(over));
}

/** Before its end a window can only raise an alert, and only where nothing has to last. */
function early(look: Look): Decision {
  const { state, o, rule, judgement } = look;
  if (judgement.verdict !== 'true') return stay(look, `${judgement.reason}; the window is not over yet`);
  if (rule.config.for > 0)
    return stay(
      look,
      `${judgement.reason}; whether it holds for ${lasting(rule)} shows when windows are over`,
    );
  const reason = `${judgement.reason}, before the window is over`;
  if (state.status === 'active') return kept(look, reason);
  const { start } = beginsAt(look);
  return turn(look, 'active', reason, { start, calm: undefined, early: o.at });
}

function begin(look: Look): Decision {
  return hold({ ...look, state: { ...look.state, start: look.o.since, peak: undefined } });
}

/** The condition holds: becomes active once it has done so for long enough, and is pending until then. */
function hold(look: Look): Decision {
  const { state, o, rule, judgement } = look;
  const held = o.at - state.start!;
  if (held < rule.config.for)
    return turn(look, 'pending', `${judgement.reason}; it must hold for ${lasting(rule)}`);
  const forSoLong = rule.config.for > 0 ? ` for ${formatDuration(held)}` : '';
  return turn(look, 'active', judgement.reason + forSoLong);
}

/** An alert that people may know of: active, recovering or without data. */
function open(look: Look): Decision {
  const { state, judgement, rule } = look;
  const { verdict } = judgement;
  const between = verdict === 'between' ? `, and not ${rule.recovery!.text} either` : '';
  const reason = judgement.reason + between;
  const passed = state.early !== undefined && look.o.at >= state.early ? { early: undefined } : {};
  if (verdict === 'nothing' && rule.config.noData === 'hold')
    return turn(look, 'no-data', `${reason}; the alert stays open`, { ...passed, calm: undefined });
  if (verdict === 'calm' || verdict === 'nothing') return calmDown(look, passed);
  if (state.status === 'active') return kept(look, reason, passed);
  const back = verdict === 'true' ? reason : `${reason}: it has not recovered`;
  return turn(look, 'active', back, { ...passed, calm: undefined });
}

function calmDown(look: Look, passed: Partial<AlertState>): Decision {
  const { state, o, rule, judgement } = look;
  const { keepActiveFor } = rule.config;
  const calm = state.calm ?? o.since;
  if (o.at - calm < keepActiveFor) {
    const reason = `${judgement.reason}; the alert stays open until that holds for ${formatDuration(keepActiveFor)}`;
    return turn(look, 'recovering', reason, { ...passed, calm });
  }
  const forSoLong = keepActiveFor > 0 ? ` for ${formatDuration(o.at - calm)}` : '';
  return turn(look, 'inactive', `recovered: ${judgement.reason}${forSoLong}`);
}

/**
 * Still active. Its document follows where the window that raised it early ended with another value, where the
 * episode began earlier than it seemed, and with a new peak, but not more often than once in the window's length.
 */
function kept(look: Look, reason: string, passed: Partial<AlertState> = {}): Decision {
  const { state, o, rule } = look;
  const { start } = beginsAt(look);
  const peak = peakOf(look);
  const corrected = !o.early && o.at === state.early && o.value !== state.value;
  const higher = !o.early && peak !== state.peak && o.at - state.updated! >= rule.over;
  const update = corrected || higher || start !== state.start;
  if (!update && peak === state.peak && !('early' in passed)) return stay(look, reason);
  const told = update ? { value: o.value, updated: Math.max(o.at, state.updated!) } : {};
  return { ...stay(look, reason), state: { ...state, ...passed, ...told, start, peak }, update };
}

function stay({ state }: Look, reason: string): Decision {
  return { state, reason, update: false, notify: nothingChanged };
}

/** Goes to a status, or remains there with something new to remember. */
function turn(look: Look, to: AlertStatus, why: string, patch: Partial<AlertState> = {}): Decision {
  const { state, o, rule } = look;
  const peak = peakOf(look);
  if (state.status === to) return { ...stay(look, why), state: { ...state, ...patch, peak } };
  const activated = to === 'active' && (state.status === 'inactive' || state.status === 'pending');
  const marks = flappingAt(state, o.at, rule.over, activated);
  const reason = activated && marks.flapping ? why + flappingReason(rule.over) : why;
  const { notify, remember } = announce(state, to, o.at, rule);
  const ended = to === 'inactive' ? { start: undefined, calm: undefined, early: undefined } : {};
  const told = { value: o.value, updated: o.at };
  return {
    state: { ...state, ...patch, ...told, ...ended, ...marks, ...remember, peak, status: to },
    reason,
    transition: { from: state.status, to, at: o.at, reason },
    update: false,
    notify,
  };
}

/** An episode begins with the first window in which the condition held, though another was seen to hold before it. */
function beginsAt({ state, o, judgement }: Look): { start: Millis } {
  if (state.start === undefined) return { start: o.since };
  return { start: judgement.verdict === 'true' ? Math.min(state.start, o.since) : state.start };
}

/** Of the values for which the condition held, the farthest beyond it. */
function peakOf({ state, o, rule, judgement }: Look): number | undefined {
  if (judgement.verdict !== 'true') return state.peak;
  const before = state.start === undefined ? undefined : state.peak;
  const { distance } = judgement.measuredBy ?? rule.condition!;
  return before === undefined || distance(o.value!) > distance(before) ? o.value : before;
}

/** The first window's end at or after `at`: windows are aligned to the epoch. */
function windowEnd(at: Millis, every: Millis): Millis {
  return Math.ceil(at / every) * every;
}

function lasting({ config }: StateRule): string {
  return formatDuration(config.for);
}
