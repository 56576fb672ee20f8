import type { AlertState, Decision, EarlyRaise } from '../model.ts';
import { type Look, lasting, peakOf, stay, turn } from './turn.ts';

/** Decides by a window that is over, from a state that knows nothing of what was raised early. */
type Decide = (look: Look) => Decision;

const toldAlready = { send: false, reason: 'not notified: the alert that was raised early was told' };

/** Before its end a window can only raise an alert that rests, and only where nothing has to last. */
export function raiseEarly(look: Look): Decision {
  const { state, o, rule, judgement } = look;
  if (judgement.verdict !== 'true') return stay(look, `${judgement.reason}; the window is not over yet`);
  if (rule.config.for > 0)
    return stay(
      look,
      `${judgement.reason}; whether it holds for ${lasting(rule)} shows when windows are over`,
    );
  const reason = `${judgement.reason}, before the window is over`;
  if (state.status !== 'inactive') return stay(look, `${reason}; the alert is open`);
  const early: EarlyRaise = { observation: o, settled: state, begun: undefined };
  return turn(look, 'active', reason, { start: o.since, calm: undefined, early });
}

/**
 * A look at a window that is over, of an alert that was raised early. Until the window that raised it is over, those
 * before it are followed apart: what they find either runs on into the alert, which then began earlier than it
 * seemed, or is over before it, and was an episode of its own. So it does not matter which events came first.
 */
export function settle(look: Look, early: EarlyRaise, decide: Decide): Decision {
  const settled = decide({ ...look, state: early.settled });
  if (look.o.at >= early.observation.at) return confirm(look, early, settled);
  if (settled.state.status !== 'inactive') return beginEarlier(look, early, settled);
  if (early.settled.status !== 'inactive') return part(look, early, settled);
  return stay(look, `${settled.reason}, but in a window before the one that raised the alert`);
}

/** As far as is known the alert began with the one that windows before its own have raised. */
function beginEarlier(look: Look, early: EarlyRaise, settled: Decision): Decision {
  const { state, o } = look;
  const begun = early.begun ?? { observation: o, decision: { ...settled, notify: toldAlready } };
  const { start } = settled.state;
  const known = { start, peak: peakOf(look), early: { ...early, settled: settled.state, begun } };
  return follow(look, settled.reason, known, start !== state.start);
}

function part(look: Look, early: EarlyRaise, settled: Decision): Decision {
  const { since, value } = early.observation;
  const known = { start: since, peak: value, early: { ...early, settled: settled.state, begun: undefined } };
  const over = { observation: look.o, decision: { ...settled, notify: toldAlready } };
  const reason = `${look.judgement.reason}: what held before is an alert of its own`;
  return { ...follow(look, reason, known, true), apart: [early.begun!, over] };
}

/** The window is over that raised the alert: from here on the state is what windows that are over come to. */
function confirm(look: Look, early: EarlyRaise, settled: Decision): Decision {
  const { state, o } = look;
  const known: AlertState = { ...settled.state, ...announcedOf(state), early: undefined };
  if (known.status !== 'active') return end(look, early, settled, known);
  const update = known.start !== state.start || o.value !== state.value || known.flapping !== state.flapping;
  const value = update ? o.value : state.value;
  return follow(look, settled.reason, { ...known, value }, update);
}

/** What was certain to happen happened, but earlier than the window that raised the alert. */
function end(look: Look, early: EarlyRaise, settled: Decision, known: AlertState): Decision {
  const { state } = look;
  const isOpen = known.status !== 'inactive';
  const { peak } = isOpen || early.settled.status !== 'inactive' ? known : state;
  const active: AlertState = { ...known, status: 'active', start: known.start ?? state.start, peak };
  const reason = settled.transition ? settled.reason : `recovered: ${settled.reason}`;
  return turn({ ...look, state: active }, known.status, reason, { calm: known.calm });
}

/** Still active; what is newly known of it, and whether its document tells that. */
function follow(look: Look, reason: string, known: Partial<AlertState>, update: boolean): Decision {
  const { state, o } = look;
  const toldPeak = update ? known.peak : state.toldPeak;
  const updated = update ? Math.max(o.at, state.updated!) : state.updated;
  return { ...stay(look, reason), state: { ...state, ...known, toldPeak, updated }, update };
}

/** What people were told is remembered of the alert that was announced. */
function announcedOf({ told, held, announced, cooldown }: AlertState): Partial<AlertState> {
  return { told, held, announced, ...(cooldown !== undefined && { cooldown }) };
}
