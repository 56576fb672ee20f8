import type {
  AlertState,
  Decided,
  Decision,
  EarlyRaise,
  Millis,
  Observation,
  PeakObservation,
  WindowValue,
} from '../../model.ts';
import { formatDuration } from '../../util/text.ts';
import type { StateRule } from '../compile.ts';
import type { Judgement } from '../judge.ts';
import { digestAfter, heldUntil, releaseHeld, releaseWithheld, reportsDependOn } from './notification.ts';
import { enter, type Observed, peakOf, unchanged } from './transitions.ts';

/** An alert that was never observed. */
export const fresh: AlertState = Object.freeze({
  status: 'inactive',
  start: undefined,
  calm: undefined,
  early: undefined,
  value: undefined,
  peak: undefined,
  writtenPeak: undefined,
  updated: undefined,
  announced: undefined,
  notified: false,
  activations: [],
  flapping: false,
});

/**
 * Decides on one observation of one alert. Pure: the same state, observation, rule and judgement always lead to the
 * same decision. `transitions.ts` has the table of states.
 *
 * A group is observed in the order of the ends of its windows, with one exception: an early observation of a window may
 * come before observations of windows that end earlier. Such an early raise is an announcement. Where an episode begins
 * and ends is decided by windows that are over, in their order, as if nothing had been announced. So the order in which
 * events arrive makes no difference.
 */
export function decide(state: AlertState, o: Observation, rule: StateRule, judgement: Judgement): Decision {
  const observed = { state, o, rule, judgement };
  let decision: Decision;
  if (o.early) decision = raiseEarly(observed);
  else if (state.early !== undefined) decision = reconcile(observed, state.early);
  else decision = enter(observed);
  if (decision.state.held && !o.early) decision = releaseHeld(decision, o.at, rule);
  if (!o.early) decision = releaseWithheld(decision, o.at, rule);
  const deadline = deadlineOf(decision.state, rule);
  return deadline === undefined ? decision : { ...decision, deadline };
}

/**
 * The event time, at the end of a window, at which the group must be observed again although no value changes: `for` or
 * `keepActiveFor` ends, the window is over that raised the alert early, the document is to follow a new peak, or a
 * cooldown ends that holds a notification back.
 */
export function deadlineOf(state: AlertState, rule: StateRule): Millis | undefined {
  const { config, over, every } = rule;
  const { status, start, calm, updated, peak, writtenPeak } = state.early?.closed ?? state;
  let due = state.early?.observation.at ?? Number.POSITIVE_INFINITY;
  // `start` and `calm` are a hop before the end of the window in which the condition, or the recovery, held first.
  if (status === 'pending') due = Math.min(due, start! + every + config.for);
  else if (status === 'recovering') due = Math.min(due, calm! + every + config.keepActiveFor);
  else if (status === 'active' && peak !== writtenPeak) due = Math.min(due, updated! + over);
  if (state.held) due = Math.min(due, heldUntil(state, config));
  if (state.withheld) due = Math.min(due, digestAfter(state.withheld.due, rule));
  // Windows are aligned to the epoch.
  return due === Number.POSITIVE_INFINITY ? undefined : Math.ceil(due / every) * every;
}

/** Whether forgetting the alert changes no later decision. */
export function isForgettable(state: AlertState, at: Millis, rule: StateRule): boolean {
  return state.status === 'inactive' && !reportsDependOn(state, at, rule);
}

/** A window that is not over can only raise an inactive alert, and only where nothing has to last. */
function raiseEarly(observed: Observed): Decision {
  const { state, o, rule, judgement } = observed;
  if (judgement.verdict !== 'true')
    return unchanged(state, `${judgement.reason}; the window is not over yet`);
  if (rule.config.for > 0) {
    const length = formatDuration(rule.config.for);
    return unchanged(
      state,
      `${judgement.reason}; whether it holds for ${length} shows when windows are over`,
    );
  }
  const reason = `${judgement.reason}, before the window is over`;
  if (state.status !== 'inactive') return unchanged(state, `${reason}; the alert is open`);
  const early = { observation: o, reason: judgement.reason, closed: state, begun: undefined };
  return enter(observed, { to: 'active', reason, patch: { start: o.since, calm: undefined, early } });
}

/**
 * Decides on a window that is over, of an alert that was raised early. Until the window that raised it is over, the
 * windows before it are decided on a state of their own, `early.closed`. What they find either runs on into the
 * alert, which then began earlier than it seemed, or ends before it, and was an episode of its own.
 */
function reconcile(observed: Observed, early: EarlyRaise): Decision {
  const closed = decideClosed(observed, early);
  if (observed.o.at >= early.observation.at) return confirm(observed, early, closed);
  if (closed.state.status !== 'inactive') return beginEarlier(observed, early, closed);
  if (early.closed.status !== 'inactive') return splitEpisode(observed, early, closed);
  const reason = `${closed.reason}, but in a window before the one that raised the alert`;
  return unchanged(observed.state, reason);
}

/** Decides as if nothing had been announced. The notifications of it are sent where it comes to an episode of its own. */
function decideClosed(observed: Observed, early: EarlyRaise): Decision {
  const { o, rule } = observed;
  const closed = enter({ ...observed, state: early.closed });
  return closed.state.held ? releaseHeld(closed, o.at, rule) : closed;
}

/** As far as is known, the alert began with the episode that windows before its own have begun. */
function beginEarlier(observed: Observed, early: EarlyRaise, closed: Decision): Decision {
  const { state, o } = observed;
  const { start } = closed.state;
  const begun = begunBy(early, { observation: o, decision: closed });
  const known = { start, ...peakOf(observed), early: { ...early, closed: closed.state, begun } };
  return stayRaised(observed, closed.reason, known, start !== state.start);
}

/** The raise of an episode, with the notification of it, which a cooldown may have delayed. */
function begunBy({ begun }: EarlyRaise, now: Decided): Decided {
  if (begun === undefined) return now;
  const { notify } = now.decision;
  return notify.send ? { ...begun, decision: { ...begun.decision, notify } } : begun;
}

/** The episode before is over: it gets a document of its own, and the alert begins with its early raise. */
function splitEpisode(observed: Observed, early: EarlyRaise, closed: Decision): Decision {
  const { since, value } = early.observation;
  const known = {
    ...{ start: since, peak: value, peakSeen: raiseSeen(early) },
    early: { ...early, closed: closed.state, begun: undefined },
  };
  const over = { observation: observed.o, decision: closed };
  const reason = `${observed.judgement.reason}: what held before is an alert of its own`;
  return { ...stayRaised(observed, reason, known, true), apart: [early.begun!, over] };
}

/** The observation of the raise, as that of a peak. */
export function raiseSeen({ observation, reason }: EarlyRaise): PeakObservation | undefined {
  const { value, count, window } = observation;
  return value === undefined || reason === undefined ? undefined : { value, count, window, reason };
}

/** The window that raised the alert is over: from now on the state is that of the windows that are over. */
function confirm(observed: Observed, early: EarlyRaise, closed: Decision): Decision {
  const { state, o } = observed;
  const known: AlertState = { ...closed.state, ...notificationsOf(state, closed.state), early: undefined };
  if (known.status !== 'active') return endRaised(observed, early, closed, known);
  const update = known.start !== state.start || o.value !== state.value || known.flapping !== state.flapping;
  const value = update ? o.value : state.value;
  return stayRaised(observed, closed.reason, { ...known, value }, update);
}

/** What the early raise announced did happen, but before the window that raised the alert. */
function endRaised(observed: Observed, early: EarlyRaise, closed: Decision, known: AlertState): Decision {
  const { state } = observed;
  const isOpen = known.status !== 'inactive';
  const { peak, peakSeen } = isOpen || early.closed.status !== 'inactive' ? known : state;
  const active: AlertState = {
    ...known,
    status: 'active',
    start: known.start ?? state.start,
    peak,
    peakSeen,
  };
  const reason = closed.transition ? closed.reason : `recovered: ${closed.reason}`;
  return enter({ ...observed, state: active }, { to: known.status, reason, patch: { calm: known.calm } });
}

/** The alert stays active, with a state that is better known. `update`: its document is written again. */
function stayRaised(
  observed: Observed,
  reason: string,
  known: Partial<AlertState>,
  update: boolean,
): Decision {
  const { state, o } = observed;
  const writtenPeak = update ? known.peak : state.writtenPeak;
  const updated = update ? Math.max(o.at, state.updated!) : state.updated;
  const { withheld } = known.early?.closed ?? known;
  const next = { ...state, ...known, writtenPeak, updated };
  return {
    ...unchanged(state, reason),
    state: withheld === undefined ? next : { ...next, withheld },
    update,
  };
}

/**
 * Whether people were notified is a matter of the alert that was announced. From when the cooldown counts is a matter of
 * the windows that are over, where they raised the alert, too: so it does not depend on what was announced before its time.
 */
function notificationsOf(
  { notified, held, announced, cooldown }: AlertState,
  closed: AlertState,
): Partial<AlertState> {
  if (notified && closed.status !== 'inactive') return { notified, held: undefined };
  return {
    notified,
    held,
    announced: later(announced, closed.announced),
    ...(cooldown !== undefined && { cooldown }),
  };
}

function later(one: Millis | undefined, other: Millis | undefined): Millis | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.max(one, other);
}

/** `decided`: time of the event with which a window is observed before it is over. */
export function observationOf(
  { start, end, value, count, about }: WindowValue,
  since: Millis,
  decided: Millis | undefined,
): Observation {
  const early = decided === undefined ? { early: false } : { early: true, decided };
  const observation: Observation = { at: end, since, window: { start, end }, value, count, ...early };
  return about ? { ...observation, about } : observation;
}
