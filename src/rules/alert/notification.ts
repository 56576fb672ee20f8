import type { AlertState, AlertStatus, Decision, Millis } from '../../model.ts';
import { countOf, formatDuration } from '../../util/text.ts';
import type { StateRule } from '../compile.ts';

type Notify = Decision['notify'];
type Cooldowns = Pick<StateRule['config'], 'cooldown' | 'cooldownGrowth' | 'cooldownMax'>;

/** How a transition is reported, and what the state remembers of that. */
interface Report {
  /** The reason of the transition, with the mark of flapping. */
  reason: string;
  notify: Notify;
  patch: Partial<AlertState>;
}

export const notChanged: Notify = { send: false, reason: 'not notified: nothing changed' };

/** So many activations within the horizon make an alert flap. */
const flappingActivations = 4;

/**
 * Reports a transition. People are notified when an alert becomes active and when it ends. The end is notified only where
 * the beginning was. All other transitions are in the documents alone.
 */
export function reportTransition(
  state: AlertState,
  { to, reason }: { to: AlertStatus; reason: string },
  at: Millis,
  { config, over }: StateRule,
): Report {
  const { status } = state;
  const activated = to === 'active' && (status === 'inactive' || status === 'pending');
  const ended = to === 'inactive' && status !== 'pending';
  // An alert flaps while its last activations lie within the horizon. Only transitions set and clear the mark.
  const recent = state.activations.filter((time) => time > at - flappingHorizon(over));
  const activations = (activated ? [...recent, at] : recent).slice(-flappingActivations);
  const flapping = activations.length >= flappingActivations;
  const { notify, patch } = activated
    ? notifyRaise(state, at, config, 'it became active')
    : ended
      ? notifyEnd(state, config)
      : withheld(to === 'active' ? 'it is still the same alert' : `the change to ${to} is not reported`);
  return {
    reason: activated && flapping ? reason + flappingReason(over) : reason,
    notify,
    patch: { ...patch, activations, flapping },
  };
}

/** Reports that an open alert became graver. No cooldown holds that back. */
export function reportEscalation({ held }: AlertState, at: Millis, { config }: StateRule): Announcement {
  if (config.notify.length === 0) return withheld('the rule names no notifier');
  const why = held ? 'its severity rose within the cooldown' : 'its severity rose';
  return {
    notify: { send: true, reason: `notified: ${why}` },
    patch: { notified: true, held: undefined, announced: at },
  };
}

/**
 * Notifies of a raise that the cooldown held back, once the cooldown is over. While the alert recovers nothing is sent,
 * because it may end without anybody having to know. Only windows that are over decide, so that the order in which
 * events arrive makes no difference.
 */
export function releaseHeld(decision: Decision, at: Millis, { config }: StateRule): Decision {
  if (at < heldUntil(decision.state, config)) return decision;
  const why = 'the cooldown is over, and the alert is still open';
  const { notify, patch } = notifyRaise(decision.state, at, config, why);
  return { ...decision, state: { ...decision.state, ...patch }, notify };
}

/**
 * Names the episodes that a cooldown held back: in the notification that is sent anyway, or in a digest of their own when
 * the cooldown is over. Every episode is named in one of them.
 */
export function releaseWithheld(decision: Decision, at: Millis, rule: StateRule): Decision {
  const { withheld } = decision.state;
  if (withheld === undefined) return decision;
  const { count, since } = withheld;
  const named = { withheld: { count, since } };
  const state = withoutWithheld(decision.state);
  if (decision.notify.send) return { ...decision, state, notify: { ...decision.notify, ...named } };
  if (at < digestAfter(withheld.due, rule)) return decision;
  const reason = `notified: the cooldown is over, which held ${countOf(count, 'episode')} back`;
  return { ...decision, state, notify: { send: true, reason, digest: true, ...named } };
}

/** A digest waits for the active hours. */
export function digestAfter(due: Millis, { hours }: StateRule): Millis {
  return hours === undefined || hours.at(due - 1) ? due : hours.changeAfter(due - 1) + 1;
}

function withoutWithheld({ withheld: _, ...state }: AlertState): AlertState {
  if (state.early === undefined) return state;
  const { withheld: __, ...closed } = state.early.closed;
  return { ...state, early: { ...state.early, closed } };
}

/** Event time from which on the notification that is held back may be sent. Infinite while the alert recovers. */
export function heldUntil(state: AlertState, { cooldown }: Pick<Cooldowns, 'cooldown'>): Millis {
  if (state.status === 'recovering') return Number.POSITIVE_INFINITY;
  return state.announced! + (state.cooldown ?? cooldown);
}

/** Whether the last notification or activation of the alert can still make a difference to what is reported. */
export function reportsDependOn(state: AlertState, at: Millis, { config, over }: StateRule): boolean {
  if (state.withheld !== undefined) return true;
  // A growing cooldown depends on the last notification for two cooldowns.
  const times = config.cooldownGrowth > 1 ? 2 : 1;
  const length = times * (state.cooldown ?? config.cooldown);
  if (state.announced !== undefined && state.announced + length > at) return true;
  return state.activations.some((time) => time > at - flappingHorizon(over));
}

type Announcement = Pick<Report, 'notify' | 'patch'>;

function notifyRaise(state: AlertState, at: Millis, config: StateRule['config'], why: string): Announcement {
  const unnotified = { notified: false, held: undefined };
  if (config.notify.length === 0) return withheld('the rule names no notifier', unnotified);
  const { announced } = state;
  const length = state.cooldown ?? config.cooldown;
  if (announced !== undefined && announced + length > at) {
    const left = formatDuration(announced + length - at);
    const since = `${formatDuration(length)} since ${timeOfDay(announced)}`;
    return withheld(`cooldown of ${since} has ${left} left`, { notified: false, held: true });
  }
  const grown = config.cooldownGrowth > 1 ? { cooldown: nextCooldown(state, at, config) } : {};
  return {
    notify: { send: true, reason: `notified: ${why}` },
    patch: { notified: true, held: undefined, announced: at, ...grown },
  };
}

/** The cooldown grows while the alert returns within a second cooldown after the first. */
function nextCooldown(state: AlertState, at: Millis, config: Cooldowns): Millis {
  const { cooldown, cooldownGrowth, cooldownMax } = config;
  const length = state.cooldown ?? cooldown;
  const isSoon = state.announced !== undefined && at < state.announced + 2 * length;
  return isSoon ? Math.max(cooldown, Math.min(length * cooldownGrowth, cooldownMax)) : cooldown;
}

function notifyEnd(state: AlertState, { cooldown }: Cooldowns): Announcement {
  const { notified, held, announced } = state;
  if (!notified && held && announced !== undefined) {
    const { count = 0, since = announced } = state.withheld ?? {};
    const due = announced + (state.cooldown ?? cooldown);
    const why = 'the cooldown held its becoming active back; a digest names it';
    return withheld(why, { withheld: { count: count + 1, since, due } });
  }
  if (!notified) return withheld('the change to active was not reported either');
  return { notify: { send: true, reason: 'notified: it recovered' }, patch: { notified: false } };
}

function withheld(why: string, patch: Partial<AlertState> = {}): Announcement {
  return { notify: { send: false, reason: `not notified: ${why}` }, patch };
}

/** The stretch of event time in which activations count: ten windows, and at least ten minutes. */
function flappingHorizon(over: Millis): Millis {
  return Math.max(10 * over, 600_000);
}

function flappingReason(over: Millis): string {
  return `; flapping, for it became active ${flappingActivations} times within ${formatDuration(flappingHorizon(over))}`;
}

function timeOfDay(at: Millis): string {
  return new Date(at).toISOString().slice(11, 19);
}
