import { idOf } from '../alerts/ids.ts';
import type { AlertStatus, Millis } from '../model.ts';
import type { Looked, Observer, Taken } from '../rules/run/observer.ts';
import type { Question } from './question.ts';

/** One look at a window of the group in question. */
export interface ExplainedWindow {
  start: Millis;
  end: Millis;
  /** Before the window was over. */
  early: boolean;
  value: number | undefined;
  count: number;
  from: AlertStatus;
  to: AlertStatus;
  reason: string;
  /** When time alone changes the alert: the end of `for` or of `keepActiveFor`. */
  deadline: Millis | undefined;
  /** Whether people were told of a change, or now of one that was held back, and why or why not. */
  told: string | undefined;
}

/** Events of the rule that were not counted as they should, between the first and the last window shown. */
export interface Amiss {
  count: number;
  /** The first of them. */
  samples: { time: Millis; message: string }[];
}

export interface GroupRecord {
  group: string;
  /** The last look before the windows shown: the state with which they begin. */
  before: ExplainedWindow | undefined;
  windows: ExplainedWindow[];
  /** Windows left out, because there were more than can be read. */
  omitted: number;
  /** Events counted in the stretch. */
  counted: number;
  late: Amiss;
  /** Events without the field that the rule measures or follows. */
  missing: Amiss;
  /** Events that were counted with others or not at all, for as many groups were watched as may be. */
  crowded: number;
}

const mostGroups = 1_000;
const mostBefore = 50_000;
const mostWindows = 200;
const mostSamples = 5;
const mostOthers = 5;
/** Statuses that time alone can end. */
const waits = new Set<AlertStatus>(['pending', 'recovering']);

/** Keeps what one rule saw and decided in a stretch of event time, by group. */
export class Recorder implements Observer {
  readonly #records = new Map<string, GroupRecord>();
  /** The last look at each group before the stretch; what was looked at longest ago is first. */
  readonly #before = new Map<string, ExplainedWindow>();
  /** Groups beyond those that are kept. */
  overflowed = 0;
  /** Some of the groups that were not asked for. */
  readonly others = new Set<string>();
  readonly #question: Question;
  readonly #from: Millis;
  readonly #to: Millis;
  readonly #wanted = new Map<string, boolean>();

  constructor(question: Question, span: Millis) {
    this.#question = question;
    this.#from = question.at - span;
    this.#to = question.at + span;
  }

  looked({ group, observation, before, decision }: Looked): void {
    const { at, early, window, value, count } = observation;
    if (!this.#isWanted(group)) return;
    const record = at >= this.#from && at <= this.#to ? this.#recordOf(group) : this.#records.get(group);
    if (at >= this.#from && record === undefined) return;
    if (at > this.#to && !this.#isOpen(record!)) return;
    const { reason, transition, notify } = decision;
    const told = transition || notify.send ? notify.reason : undefined;
    const states = { from: before.status, to: decision.state.status };
    // Looks that only keep a document up to date end nothing.
    const deadline = waits.has(states.to) ? decision.deadline : undefined;
    const explained = { ...window, early, value, count, ...states, reason, deadline, told };
    if (at < this.#from) this.#keepBefore(group, record, explained);
    else this.#keep(record!, explained);
  }

  took({ group, event, amount, outcome }: Taken): void {
    const { time } = event;
    if (!this.#isWanted(group) || !(time >= this.#from && time <= this.#to)) return;
    const record = this.#recordOf(group);
    if (record === undefined) return;
    if (outcome === 'late') note(record.late, time, event.message);
    else if (outcome === 'overflow') record.crowded += 1;
    else if (outcome === 'added') record.counted += 1;
    if (amount === undefined) note(record.missing, time, event.message);
  }

  /** Those of the stretch, and those that were only looked at before it: their state was what it was. */
  get groups(): GroupRecord[] {
    const earlier = [...this.#before].filter(([group]) => !this.#records.has(group));
    return [...this.#records.values(), ...earlier.map(([group, before]) => recordFrom(group, before))];
  }

  /** An alert is shown to its end, however long it lasted. */
  #isOpen({ windows }: GroupRecord): boolean {
    return this.#question.alert !== undefined && windows.length > 0 && windows.at(-1)!.to !== 'inactive';
  }

  /** Changes are always kept, and what was told; of windows that changed nothing only so many. */
  #keep(record: GroupRecord, window: ExplainedWindow): void {
    if (record.windows.length < mostWindows || window.told !== undefined || window.from !== window.to)
      record.windows.push(window);
    else record.omitted += 1;
  }

  /** A group of long ago leaves its place to one of the stretch. */
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
      wanted = idOf(rule, group, at) === alert;
      if (this.#wanted.size < mostGroups * 100) this.#wanted.set(group, wanted);
    }
    return wanted;
  }
}

function recordFrom(group: string, before: ExplainedWindow | undefined): GroupRecord {
  const nothing = () => ({ count: 0, samples: [] });
  const counts = { omitted: 0, counted: 0, crowded: 0 };
  return { group, before, windows: [], ...counts, late: nothing(), missing: nothing() };
}

function note(amiss: Amiss, time: Millis, message: string): void {
  amiss.count += 1;
  if (amiss.samples.length < mostSamples) amiss.samples.push({ time, message: message.slice(0, 300) });
}
