import type { AlertState, AlertStatus, Decision, Millis, Observation } from '../model.ts';
import { formatDuration } from '../util/units.ts';
import type { StateRule } from './compile.ts';

type Notify = Decision['notify'];
/** Whether people are told, and what is remembered of it. */
type Announcement = { notify: Notify; remember: Partial<AlertState> };

export const nothingChanged: Notify = { send: false, reason: 'not notified: nothing changed' };

/**
 * People hear of an alert when it becomes active and when that is over; the end is told only of an alert whose
 * beginning was told. Everything in between is in the documents.
 */
export function announce(
  state: AlertState,
  to: AlertStatus,
  at: Millis,
  { config }: StateRule,
): Announcement {
  if (to === 'inactive' && state.status !== 'pending') return announceEnd(state);
  if (to !== 'active') return silent(`becoming ${to} is not told`);
  if (state.status !== 'inactive' && state.status !== 'pending') return silent('it is still the same alert');
  return announceRaise(state, at, config, 'it became active');
}

/**
 * Tells of a raise that the cooldown held back, once that is over: as long as the alert recovers it may end without
 * anybody having to know. Only windows that are over decide that, so it does not matter which events came first.
 */
export function tellHeld(decision: Decision, { at, early }: Observation, { config }: StateRule): Decision {
  const until = heldUntil(decision.state, config);
  if (until === undefined || early || at < until) return decision;
  const why = 'the cooldown is over, and the alert is still open';
  const { notify, remember } = announceRaise(decision.state, at, config, why);
  return { ...decision, state: { ...decision.state, ...remember }, notify };
}

/** Event time from which on the message may be told that the cooldown holds back; undefined where there is none. */
export function heldUntil(state: AlertState, { cooldown }: Pick<Cooldowns, 'cooldown'>): Millis | undefined {
  if (!state.held || state.status === 'recovering') return undefined;
  return state.announced! + cooldownOf(state, cooldown);
}

function announceRaise(
  state: AlertState,
  at: Millis,
  config: StateRule['config'],
  why: string,
): Announcement {
  const untold = { told: false, held: undefined };
  if (config.notify.length === 0) return { ...silent('the rule names no notifier'), remember: untold };
  const left = cooldownLeft(state, at, config.cooldown);
  if (left > 0) {
    const length = formatDuration(cooldownOf(state, config.cooldown));
    const since = `${length} since ${timeOfDay(state.announced!)}`;
    const notYet = silent(`cooldown of ${since} has ${formatDuration(left)} left`);
    return { ...notYet, remember: { told: false, held: true } };
  }
  return {
    notify: { send: true, reason: `notified: ${why}` },
    remember: { told: true, held: undefined, announced: at, ...grown(state, at, config) },
  };
}

/** How much of the time is left in which the alert is not announced again. */
function cooldownLeft(state: AlertState, at: Millis, cooldown: Millis): Millis {
  if (state.announced === undefined) return 0;
  return Math.max(0, state.announced + cooldownOf(state, cooldown) - at);
}

/** How much of the time is left in which the alert's last announcement matters at all: a growing cooldown looks back. */
export function cooldownMatters(
  state: AlertState,
  at: Millis,
  { cooldown, cooldownGrowth }: Cooldowns,
): Millis {
  if (state.announced === undefined) return 0;
  const times = cooldownGrowth > 1 ? 2 : 1;
  return Math.max(0, state.announced + times * cooldownOf(state, cooldown) - at);
}

type Cooldowns = Pick<StateRule['config'], 'cooldown' | 'cooldownGrowth' | 'cooldownMax'>;

function cooldownOf(state: AlertState, cooldown: Millis): Millis {
  return state.cooldown ?? cooldown;
}

/** An alert that returns within a second cooldown after the first is announced ever more rarely. */
function grown(state: AlertState, at: Millis, { cooldown, cooldownGrowth, cooldownMax }: Cooldowns) {
  if (cooldownGrowth === 1) return {};
  const length = cooldownOf(state, cooldown);
  const soon = state.announced !== undefined && at < state.announced + 2 * length;
  return { cooldown: soon ? Math.max(cooldown, Math.min(length * cooldownGrowth, cooldownMax)) : cooldown };
}

function announceEnd({ told }: AlertState): Announcement {
  if (!told) return silent('its becoming active was not told either');
  return { notify: { send: true, reason: 'notified: it recovered' }, remember: { told: false } };
}

function silent(why: string): Announcement {
  return { notify: { send: false, reason: `not notified: ${why}` }, remember: {} };
}

function timeOfDay(at: Millis): string {
  return new Date(at).toISOString().slice(11, 19);
}
