import {
  type AlertState,
  type AlertStatus,
  type Decision,
  type Observation,
  type Severity,
  severities,
} from '../../model.ts';
import { formatDuration } from '../../util/text.ts';
import type { StateRule } from '../compile.ts';
import type { Judgement } from '../judge.ts';
import { notChanged, reportEscalation, reportTransition } from './notification.ts';

/** One observation of one alert, with everything that its decision depends on. */
export interface Observed {
  state: AlertState;
  o: Observation;
  rule: StateRule;
  judgement: Judgement;
}

/** The next status of an alert, which may be its present one, with the reason and what else changes in its state. */
interface Step {
  to: AlertStatus;
  reason: string;
  patch?: Partial<AlertState>;
}

type Verdict = Judgement['verdict'];

/**
 * The state machine of alerts of every kind of rule: what an observation of a window that is over does, by the present
 * status and the verdict.
 *
 * - inactive: there is no episode.
 * - pending: the condition holds, but not yet for as long as `for` says.
 * - active: the condition held for long enough. This is the only status that starts a notification.
 * - recovering: the recovery condition holds, but not yet for as long as `keepActiveFor` says.
 * - no-data: the alert was active, and there is nothing to measure.
 *
 * `for` and `keepActiveFor` count from the end of the first window for which the condition, or the recovery, holds.
 */
const steps: Record<AlertStatus, Record<Verdict, (observed: Observed) => Step>> = {
  inactive: { true: raise, between: rest, calm: rest, few: rest, nothing: rest },
  pending: { true: raise, between: rest, calm: rest, few: rest, nothing: rest },
  active: { true: stayActive, between: stayActive, calm: recover, few: waitForMore, nothing: loseData },
  recovering: {
    true: returnActive,
    between: returnActive,
    calm: recover,
    few: waitForMore,
    nothing: loseData,
  },
  'no-data': {
    true: returnActive,
    between: returnActive,
    calm: recover,
    few: waitForMore,
    nothing: loseData,
  },
};

/**
 * The decision that a step leads to, by default the step of the table for a window that is over. The state is the same
 * object where nothing changes.
 */
export function enter(
  observed: Observed,
  step: Step = steps[observed.state.status][observed.judgement.verdict](observed),
): Decision {
  const { state, o, rule, judgement } = observed;
  if (state.status === step.to) return rises(observed) ? escalate(observed, step) : remain(observed, step);
  const { to } = step;
  const reached = peakOf(observed);
  const { reason, notify, patch } = reportTransition(state, step, o.at, rule);
  const ended =
    to === 'inactive' ? { start: undefined, calm: undefined, early: undefined, held: undefined } : {};
  const written = { value: o.value, writtenPeak: reached.peak, updated: o.at };
  const graver = judgement.severity && graverOf(state.severity, judgement.severity);
  const severity = to === 'inactive' ? { severity: undefined } : graver && { severity: graver };
  return {
    state: {
      ...{ ...state, ...step.patch, ...written, ...ended, ...patch },
      ...(state.severity !== undefined || graver !== undefined ? severity : {}),
      ...reached,
      status: to,
    },
    reason,
    transition: { from: state.status, to, at: o.at, reason },
    update: false,
    notify,
    ...(judgement.verdict !== 'true' && { keepsMessage: true }),
  };
}

/** Whether the alert is active with a severity below that of the observation. */
function rises({ state, judgement: { severity } }: Observed): boolean {
  if (state.status !== 'active' || severity === undefined) return false;
  return graverOf(state.severity, severity) !== state.severity;
}

const graverOf = (one: Severity | undefined, other: Severity): Severity =>
  one !== undefined && severities.indexOf(one) >= severities.indexOf(other) ? one : other;

/** The status stays and the severity rises: people are notified again, whatever the cooldown. An alert never becomes less grave. */
function escalate(observed: Observed, { to, patch, reason: why }: Step): Decision {
  const { state, o, rule, judgement } = observed;
  const reached = peakOf(observed);
  const reason = `${why}; the severity rose from ${state.severity} to ${judgement.severity}`;
  const written = { value: o.value, writtenPeak: reached.peak, updated: o.at, severity: judgement.severity };
  const report = reportEscalation(state, o.at, rule);
  return {
    state: { ...state, ...patch, ...written, ...report.patch, ...reached },
    reason,
    transition: { from: state.status, to, at: o.at, reason },
    update: true,
    notify: report.notify,
  };
}

/** The status stays. The document of an active alert follows a new peak at most once in a window's length. */
function remain(observed: Observed, { to, reason, patch }: Step): Decision {
  const { state, o, rule, judgement } = observed;
  const reached = peakOf(observed);
  const { peak } = reached;
  const update = to === 'active' && peak !== state.writtenPeak && o.at >= state.updated! + rule.over;
  if (patch === undefined && peak === state.peak && !update) return unchanged(state, reason);
  const written = update ? { value: o.value, writtenPeak: peak, updated: o.at } : {};
  return {
    ...unchanged(state, reason),
    ...{ state: { ...state, ...patch, ...written, ...reached }, update },
    ...(update && judgement.verdict !== 'true' && { keepsMessage: true }),
  };
}

/** The decision that nothing changes. */
export function unchanged(state: AlertState, reason: string): Decision {
  return { state, reason, update: false, notify: notChanged };
}

/** Of the values for which the condition held in the episode, the one farthest beyond it. */
export function peakOf({ state, o, rule, judgement }: Observed): Pick<AlertState, 'peak' | 'peakSeen'> {
  const { peak, peakSeen } = state;
  if (judgement.verdict !== 'true') return { peak, peakSeen };
  const { distance } = judgement.measuredBy ?? rule.condition!;
  const isFirst = state.start === undefined || peak === undefined;
  if (!isFirst && !(distance(o.value!) > distance(peak))) return { peak, peakSeen };
  const { value, count, window } = o;
  return { peak: value, peakSeen: { value: value!, count, window, reason: judgement.reason } };
}

function rest({ judgement }: Observed): Step {
  return { to: 'inactive', reason: judgement.reason };
}

/** The condition holds: the alert becomes active once it has held for long enough, and is pending until then. */
function raise({ state, o, rule, judgement }: Observed): Step {
  const start = state.start ?? o.since;
  const length = rule.config.for;
  const patch = { start };
  if (o.since - start < length)
    return {
      to: 'pending',
      reason: `${judgement.reason}; it must hold for ${formatDuration(length)}`,
      patch,
    };
  const forSoLong = length > 0 ? ` for ${formatDuration(o.since - start)}` : '';
  return { to: 'active', reason: judgement.reason + forSoLong, patch };
}

function stayActive(observed: Observed): Step {
  return { to: 'active', reason: openReason(observed) };
}

function returnActive(observed: Observed): Step {
  const unrecovered = observed.judgement.verdict === 'true' ? '' : ': it has not recovered';
  return { to: 'active', reason: openReason(observed) + unrecovered, patch: { calm: undefined } };
}

function openReason({ judgement, rule }: Observed): string {
  const { verdict, reason } = judgement;
  return verdict === 'between' ? `${reason}, and not ${rule.recovery!.text} either` : reason;
}

/** The alert ends once it was calm for long enough, and is recovering until then. */
function recover({ state, o, rule, judgement }: Observed): Step {
  const { keepActiveFor } = rule.config;
  const calm = state.calm ?? o.since;
  const length = formatDuration(keepActiveFor);
  if (o.since - calm < keepActiveFor)
    return {
      to: 'recovering',
      reason: `${judgement.reason}; the alert stays open until that holds for ${length}`,
      patch: { calm },
    };
  const forSoLong = keepActiveFor > 0 ? ` for ${formatDuration(o.since - calm)}` : '';
  return { to: 'inactive', reason: `recovered: ${judgement.reason}${forSoLong}` };
}

/** There are too few events to judge. The alert stays open, because an end must be observed. */
function waitForMore(observed: Observed): Step {
  const { judgement, rule } = observed;
  if (rule.config.noData === 'recover') return recover(observed);
  return { to: 'active', reason: `${judgement.reason}; the alert stays open`, patch: { calm: undefined } };
}

function loseData(observed: Observed): Step {
  if (observed.rule.config.noData === 'recover') return recover(observed);
  const reason = `${observed.judgement.reason}; the alert stays open`;
  return { to: 'no-data', reason, patch: { calm: undefined } };
}
