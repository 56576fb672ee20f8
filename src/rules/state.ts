import type { AlertState, Decision, Millis, Observation } from '../model.ts';
import { formatDuration } from '../util/units.ts';
import { cooldownMatters, heldUntil, tellHeld } from './announcement.ts';
import type { StateRule } from './compile.ts';
import { judgeByCondition } from './condition-judge.ts';
import { raiseEarly, settle } from './early.ts';
import { flappingHorizon } from './flapping.ts';
import type { Judgement } from './judge.ts';
import { type Look, lasting, peakOf, stay, turn } from './turn.ts';

/** An alert that was never looked at. */
export const fresh: AlertState = Object.freeze({
  status: 'inactive',
  start: undefined,
  calm: undefined,
  early: undefined,
  value: undefined,
  peak: undefined,
  toldPeak: undefined,
  updated: undefined,
  announced: undefined,
  told: false,
  activations: [],
  flapping: false,
});

/**
 * The state machine of every kind: inactive → pending → active → recovering → inactive, and `no-data` while an alert that is open
 * has nothing to measure. Pure: the same state, observation, rule and judgement
 * (by default that of a threshold) always lead to the same decision.
 *
 * Windows of a group are looked at in the order of their ends, except that an early look at a window may come before
 * those at windows that end before it; `early.ts` says what becomes of these.
 */
export function step(
  state: AlertState,
  o: Observation,
  rule: StateRule,
  judgement: Judgement = judgeByCondition(o, rule),
): Decision {
  const decision = tellHeld(lookAt({ state, o, rule, judgement }), o, rule);
  const deadline = deadlineOf(decision.state, rule);
  return deadline === undefined ? decision : { ...decision, deadline };
}

function lookAt(look: Look): Decision {
  if (look.o.early) return raiseEarly(look);
  return look.state.early === undefined ? decide(look) : settle(look, look.state.early, decide);
}

/**
 * When time alone changes something: the end of `for` or of `keepActiveFor`, at the window that ends then or next; when
 * the window is over that raised the alert early; when its document is to follow with a new peak; and when a cooldown
 * ends that holds a message back.
 */
export function deadlineOf(state: AlertState, rule: StateRule): Millis | undefined {
  const until = heldUntil(state, rule.config);
  const timer = timerOf(state, rule);
  return until === undefined
    ? timer
    : Math.min(timer ?? Number.POSITIVE_INFINITY, windowEnd(until, rule.every));
}

function timerOf(state: AlertState, rule: StateRule): Millis | undefined {
  const { status, start, calm, early, updated } = state;
  const { config, every, over } = rule;
  if (early !== undefined)
    return Math.min(early.observation.at, timerOf(early.settled, rule) ?? Number.POSITIVE_INFINITY);
  if (status === 'pending') return windowEnd(start! + config.for, every);
  if (status === 'recovering') return windowEnd(calm! + config.keepActiveFor, every);
  return status === 'active' && state.peak !== state.toldPeak ? windowEnd(updated! + over, every) : undefined;
}

/** Decides by a window that is over. */
function decide(look: Look): Decision {
  const { state, judgement } = look;
  switch (state.status) {
    case 'inactive':
      return judgement.verdict === 'true' ? begin(look) : stay(look, judgement.reason);
    case 'pending':
      return judgement.verdict === 'true' ? hold(look) : turn(look, 'inactive', judgement.reason);
    default:
      return open(look);
  }
}

/** True where forgetting the alert changes nothing that will ever be decided. */
export function isForgettable(state: AlertState, at: Millis, { config, over }: StateRule): boolean {
  if (state.status !== 'inactive' || cooldownMatters(state, at, config) > 0) return false;
  return state.activations.every((time) => time <= at - flappingHorizon(over));
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
  if (verdict === 'nothing' && rule.config.noData === 'hold')
    return turn(look, 'no-data', `${reason}; the alert stays open`, { calm: undefined });
  if (verdict === 'calm' || verdict === 'nothing') return calmDown(look);
  if (state.status === 'active') return kept(look, reason);
  const back = verdict === 'true' ? reason : `${reason}: it has not recovered`;
  return turn(look, 'active', back, { calm: undefined });
}

function calmDown(look: Look): Decision {
  const { state, o, rule, judgement } = look;
  const { keepActiveFor } = rule.config;
  const calm = state.calm ?? o.since;
  if (o.at - calm < keepActiveFor) {
    const reason = `${judgement.reason}; the alert stays open until that holds for ${formatDuration(keepActiveFor)}`;
    return turn(look, 'recovering', reason, { calm });
  }
  const forSoLong = keepActiveFor > 0 ? ` for ${formatDuration(o.at - calm)}` : '';
  return turn(look, 'inactive', `recovered: ${judgement.reason}${forSoLong}`);
}

/** Still active. Its document follows with a new peak, but not more often than once in the window's length. */
function kept(look: Look, reason: string): Decision {
  const { state, o, rule } = look;
  const peak = peakOf(look);
  const update = peak !== state.toldPeak && o.at >= state.updated! + rule.over;
  if (peak === state.peak && !update) return stay(look, reason);
  const told = update ? { value: o.value, toldPeak: peak, updated: o.at } : {};
  return { ...stay(look, reason), state: { ...state, ...told, peak }, update };
}

/** The first window's end at or after `at`: windows are aligned to the epoch. */
function windowEnd(at: Millis, every: Millis): Millis {
  return Math.ceil(at / every) * every;
}
