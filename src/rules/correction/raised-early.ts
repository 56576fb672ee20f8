import type { Entry } from '../../alerts/entry.ts';
import type { AlertState, Decided, Output, Transition } from '../../model.ts';
import { raiseSeen } from '../alert/machine.ts';
import type { CompiledRule } from '../compile.ts';
import type { AlertBook } from '../run/alert-book.ts';
import type { Rejudged } from './rejudge.ts';

interface Split {
  /** Episodes that are to be compared, without the one that was raised early where it stays raised. */
  known: Entry[];
  found: Entry[];
  /** The episode that stays raised by a window that is not over, and its state. */
  raised: Entry | undefined;
  state: AlertState | undefined;
  outputs: Output[];
}

/**
 * An alert that was raised before its window is over stays raised, whatever becomes of the windows before. They are its
 * closed state, as in `decide`: an alert that they leave open is the beginning of the one that was raised. An earlier
 * alert that turns out to go on takes its place instead. `holds`: the window that raised it still does.
 */
export function splitRaised(
  book: AlertBook,
  group: string,
  found: Rejudged,
  rule: CompiledRule,
  holds: boolean | undefined,
): Split {
  const known = book.episodes.after(group, found.from);
  const others = found.book.episodes.after(group, found.from);
  const before = book.stateOf(group);
  const open = others.find(isOpen);
  const goesOn = known.some((one) => !isOpen(one) && one.episode.id === open?.episode.id);
  const raised = known.find(isOpen);
  if (before?.early === undefined || raised === undefined || goesOn || !holds)
    return { known, found: others, raised: undefined, state: undefined, outputs: [] };
  const closed = found.book.stateOf(group) ?? null;
  const state = stillRaised(before, closed, begunBy(open, closed, found.outputs), rule);
  const kept = { known: known.filter((one) => one !== raised), found: others.filter((one) => one !== open) };
  const { episode } = raised;
  if (episode.start === state.start) return { ...kept, raised, state, outputs: [] };
  const moved = { ...episode, start: state.start!, revision: episode.revision + 1 };
  return {
    ...kept,
    raised: { ...raised, episode: moved },
    state,
    outputs: [{ kind: 'episode', episode: moved }],
  };
}

const isOpen = ({ episode }: Entry) => episode.end === undefined;

/** What is known of the windows before the one that raised the alert has changed. */
function stillRaised(
  before: AlertState,
  closed: AlertState | null,
  begun: Decided | undefined,
  { condition }: CompiledRule,
): AlertState {
  const { observation, closed: earlier } = before.early!;
  const known = closed ?? { ...earlier, status: 'inactive', start: undefined, calm: undefined };
  const { value } = observation;
  const isFarther =
    known.status !== 'inactive' &&
    known.peak !== undefined &&
    !(condition!.distance(value!) > condition!.distance(known.peak));
  return {
    ...before,
    start: known.status === 'inactive' ? observation.since : known.start,
    ...(isFarther
      ? { peak: known.peak, peakSeen: known.peakSeen }
      : { peak: value, peakSeen: raiseSeen(before.early!) }),
    early: { observation, closed: known, begun },
  };
}

/** The decision that raised the alert of the windows before, as far as its documents need it. */
function begunBy(
  open: Entry | undefined,
  closed: AlertState | null,
  outputs: readonly Output[],
): Decided | undefined {
  if (open === undefined || closed === null) return undefined;
  const raise = outputs.flatMap((output): Transition[] =>
    output.kind === 'transition' && output.transition.episode === open.episode.id ? [output.transition] : [],
  )[0];
  if (raise === undefined) return undefined;
  const { from, to, at, reason, window, value, count } = raise;
  return {
    observation: { at, since: open.episode.start, window, value, count, early: false },
    decision: {
      state: { ...closed, status: to, peak: value },
      reason,
      transition: { from, to, at, reason },
      update: false,
      notify: { send: false, reason: 'not notified: the alert that was raised early was notified' },
    },
  };
}

/** People are notified of the end of an alert if they were notified of the alert. */
export function asNotified(state: AlertState, entries: readonly Entry[]): AlertState {
  const open = entries.find(({ episode }) => episode.end === undefined);
  if (open === undefined) return state;
  const notified = open.notified === true;
  return { ...state, notified, held: notified ? undefined : state.held };
}
