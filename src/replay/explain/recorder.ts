import { idOf } from '../../alerts/episode-writer.ts';
import type { AlertStatus, Millis } from '../../model.ts';
import type { CountedEvent, ObservedDecision, Observer } from '../../rules/run/observer.ts';
import type { SeenEvent } from '../../sources/source.ts';
import { type Question, withoutGeneration } from './question.ts';
import { Uncounted } from './uncounted.ts';

/** One observation of a window of a group. */
export interface ExplainedWindow {
  start: Millis;
  end: Millis;
  /** Whether it was observed before the window ended, and the time of the event with which it was. */
  early: boolean;
  decided?: Millis;
  value: number | undefined;
  count: number;
  from: AlertStatus;
  to: AlertStatus;
  reason: string;
  /** Event time at which the alert changes without events: the end of `for` or of `keepActiveFor`. */
  deadline: Millis | undefined;
  /** Whether there was a notification of this change or of an earlier delayed one, and the reason. */
  notification: string | undefined;
  /** It was judged again because events came after it had closed. */
  again?: boolean;
}

/** Events of the rule that were not counted, between the first and the last window shown. */
export interface UncountedEvents {
  count: number;
  /** The first events. */
  samples: { time: Millis; message: string }[];
}

export interface GroupRecord {
  group: string;
  /** The last observation before the windows shown: the state with which they start. */
  before: ExplainedWindow | undefined;
  windows: ExplainedWindow[];
  /** Number of windows left out beyond the limit. */
  omitted: number;
  /** Number of events counted in the span. */
  counted: number;
  /** Number of events that were counted although they came after their windows had closed. */
  corrected: number;
  late: UncountedEvents;
  /** Events without the field that the rule measures or follows. */
  missing: UncountedEvents;
  /** Number of events that were counted under `_other` or not at all, because of `maxGroups`. */
  crowded: number;
}

const mostGroups = 1_000;
const mostBefore = 50_000;
const mostWindows = 200;
const mostSamples = 5;
const mostOthers = 5;
/** Statuses that can end without events. */
const timed = new Set<AlertStatus>(['pending', 'recovering']);

/**
 * Records what one rule observed and decided within a span of event time, by group. Memory is bounded: at most 1,000
 * groups with 200 unremarkable windows each, and the last observation of 50,000 groups before the span.
 */
export class Recorder implements Observer {
  readonly #records = new Map<string, GroupRecord>();
  /** The last observation of each group before the span; the oldest is first. */
  readonly #before = new Map<string, ExplainedWindow>();
  /** Number of events of groups beyond the limit. */
  overflowed = 0;
  /** Examples of groups that the question does not ask for. */
  readonly others = new Set<string>();
  readonly #question: Question;
  readonly #from: Millis;
  readonly #to: Millis;
  readonly #wanted = new Map<string, boolean>();
  /** What of each source was not counted in the span. */
  readonly uncounted: Uncounted;
  /** Names of all groups, up to one more than the rule may have. */
  readonly names = new Set<string>();
  /** Event time of the newest event of the groups in question, whether it was counted or not. */
  newest: Millis = Number.NEGATIVE_INFINITY;
  readonly #mostNames: number;
  #oldest: Millis = Number.POSITIVE_INFINITY;

  constructor(question: Question, span: Millis, mostNames = mostGroups) {
    this.#question = question;
    this.#mostNames = mostNames;
    this.#from = question.at - span;
    this.#to = question.at + span;
    // Windows that end in the span begin before it.
    this.uncounted = new Uncounted(this.#from - span, this.#to);
  }

  read(source: string, event: SeenEvent, lateBy: Millis | undefined): void {
    this.uncounted.read(source, event, lateBy);
  }

  observed({ group, observation, before, decision, again = false }: ObservedDecision): void {
    const { at, early, window, value, count, decided } = observation;
    if (!this.#isWanted(group)) return;
    const record = at >= this.#from && at <= this.#to ? this.#recordOf(group) : this.#records.get(group);
    if (at >= this.#from && record === undefined) return;
    if (at > this.#to && !this.#isOpen(record!)) return;
    const { reason, transition, notify } = decision;
    const notification = transition || notify.send ? notify.reason : undefined;
    const states = { from: before.status, to: decision.state.status };
    // Observations that only update a document set no deadline.
    const deadline = timed.has(states.to) ? decision.deadline : undefined;
    const seen = decided === undefined ? { early } : { early, decided };
    const explained = { ...window, ...seen, value, count, ...states, reason, deadline, notification };
    if (again) {
      if (record !== undefined) judgedAgain(record, { ...explained, notification: undefined, again });
    } else if (at < this.#from) this.#keepBefore(group, record, explained);
    else this.#keep(record!, explained);
  }

  counted({ group, event, amount, outcome }: CountedEvent): void {
    const { time } = event;
    if (this.names.size <= this.#mostNames) this.names.add(group);
    if (!this.#isWanted(group)) return;
    if (time > this.newest) this.newest = time;
    if (time < this.#oldest) this.#oldest = time;
    if (!(time >= this.#from && time <= this.#to)) return;
    const record = this.#recordOf(group);
    if (record === undefined) return;
    if (outcome === 'late') note(record.late, time, event.message);
    else if (outcome === 'overflow') record.crowded += 1;
    else if (outcome === 'added' || outcome === 'corrected') record.counted += 1;
    if (outcome === 'corrected') record.corrected += 1;
    if (amount === undefined) note(record.missing, time, event.message);
  }

  /** Event time of the oldest event of the groups in question since the last call, whether it was counted or not; infinite without one. */
  takeOldest(): Millis {
    const oldest = this.#oldest;
    this.#oldest = Number.POSITIVE_INFINITY;
    return oldest;
  }

  /** Groups of the span, and groups that were observed only before it: their state did not change since. */
  get groups(): GroupRecord[] {
    const earlier = [...this.#before].filter(([group]) => !this.#records.has(group));
    return [...this.#records.values(), ...earlier.map(([group, before]) => recordFrom(group, before))];
  }

  /** Whether an alert of the question is still open: it is recorded to its end. */
  #isOpen({ windows }: GroupRecord): boolean {
    return this.#question.alert !== undefined && windows.length > 0 && windows.at(-1)!.to !== 'inactive';
  }

  /** Keeps all changes and notifications, and a limited number of other windows. */
  #keep(record: GroupRecord, window: ExplainedWindow): void {
    if (record.windows.length < mostWindows || window.notification !== undefined || window.from !== window.to)
      record.windows.push(window);
    else record.omitted += 1;
  }

  /** Keeps the last observation before the span. Beyond the limit, the oldest is removed. */
  #keepBefore(group: string, record: GroupRecord | undefined, window: ExplainedWindow): void {
    if (record !== undefined) record.before = window;
    this.#before.delete(group);
    this.#before.set(group, window);
    if (this.#before.size > mostBefore) this.#before.delete(this.#before.keys().next().value!);
  }

  #recordOf(group: string): GroupRecord | undefined {
    const known = this.#records.get(group);
    if (known) return known;
    if (this.#records.size >= mostGroups) {
      this.overflowed += 1;
      return undefined;
    }
    const record = recordFrom(group, this.#before.get(group));
    this.#records.set(group, record);
    return record;
  }

  #isWanted(group: string): boolean {
    const { alert, rule, at } = this.#question;
    if (alert === undefined) {
      const wanted = this.#question.group === undefined || this.#question.group === group;
      if (!wanted && this.others.size < mostOthers) this.others.add(group);
      return wanted;
    }
    let wanted = this.#wanted.get(group);
    if (wanted === undefined) {
      wanted = idOf(rule, group, at) === withoutGeneration(alert);
      if (this.#wanted.size < mostGroups * 100) this.#wanted.set(group, wanted);
    }
    return wanted;
  }
}

function recordFrom(group: string, before: ExplainedWindow | undefined): GroupRecord {
  const nothing = () => ({ count: 0, samples: [] });
  const counts = { omitted: 0, counted: 0, corrected: 0, crowded: 0 };
  return { group, before, windows: [], ...counts, late: nothing(), missing: nothing() };
}

/** Puts a window that was judged again in its place, unless nothing about it changed. */
function judgedAgain({ windows }: GroupRecord, window: ExplainedWindow): void {
  const known = windows.findIndex(({ end, early }) => !early && end === window.end);
  if (known !== -1) {
    const { value, count, from, to } = windows[known]!;
    const isSame =
      value === window.value && count === window.count && from === window.from && to === window.to;
    if (!isSame) windows[known] = window;
    return;
  }
  const later = windows.findIndex(({ end }) => end > window.end);
  windows.splice(later === -1 ? windows.length : later, 0, window);
}

function note(uncounted: UncountedEvents, time: Millis, message: string): void {
  uncounted.count += 1;
  if (uncounted.samples.length < mostSamples)
    uncounted.samples.push({ time, message: message.slice(0, 300) });
}
