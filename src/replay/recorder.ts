import { idOf } from '../alerts/ids.ts';
import type { AlertStatus, Millis } from '../model.ts';
import type { Looked, Observer, Taken } from '../pipeline/observer.ts';
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
  /** Whether people were told of a change, and why or why not. */
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
  /** Events without the field that the rule measures. */
  missing: Amiss;
}

const mostGroups = 1_000;
const mostWindows = 200;
const mostSamples = 5;
/** Statuses that time alone can end. */
const waits = new Set<AlertStatus>(['pending', 'recovering']);

/** Keeps what one rule saw and decided in a stretch of event time, by group. */
export class Recorder implements Observer {
  readonly groups = new Map<string, GroupRecord>();
  /** Groups beyond those that are kept. */
  overflowed = 0;
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
    const record = at > this.#to ? this.groups.get(group) : this.#recordOf(group);
    if (record === undefined || (at > this.#to && !this.#isOpen(record))) return;
    const { reason, transition, notify } = decision;
    const told = transition && notify.reason;
    const states = { from: before.status, to: decision.state.status };
    // Looks that only keep a document up to date end nothing.
    const deadline = waits.has(states.to) ? decision.deadline : undefined;
    const explained = { ...window, early, value, count, ...states, reason, deadline, told };
    if (at < this.#from) record.before = explained;
    else this.#keep(record, explained);
  }

  took({ group, event, amount, outcome }: Taken): void {
    const { time } = event;
    if (!(time >= this.#from && time <= this.#to)) return;
    const record = this.#recordOf(group);
    if (record === undefined) return;
    if (outcome === 'late') note(record.late, time, event.message);
    else record.counted += 1;
    if (amount === undefined) note(record.missing, time, event.message);
  }

  /** An alert is shown to its end, however long it lasted. */
  #isOpen({ windows }: GroupRecord): boolean {
    return this.#question.alert !== undefined && windows.length > 0 && windows.at(-1)!.to !== 'inactive';
  }

  /** Changes are always kept; of windows that changed nothing only so many. */
  #keep(record: GroupRecord, window: ExplainedWindow): void {
    if (record.windows.length < mostWindows || window.from !== window.to) record.windows.push(window);
    else record.omitted += 1;
  }

  #recordOf(group: string): GroupRecord | undefined {
    const known = this.groups.get(group);
    if (known || !this.#isWanted(group)) return known;
    if (this.groups.size >= mostGroups) {
      this.overflowed += 1;
      return undefined;
    }
    const nothing = () => ({ count: 0, samples: [] });
    const fresh = { group, before: undefined, windows: [], omitted: 0, counted: 0 };
    const record: GroupRecord = { ...fresh, late: nothing(), missing: nothing() };
    this.groups.set(group, record);
    return record;
  }

  #isWanted(group: string): boolean {
    const { alert, rule, at } = this.#question;
    if (alert === undefined) return this.#question.group === undefined || this.#question.group === group;
    let wanted = this.#wanted.get(group);
    if (wanted === undefined) {
      wanted = idOf(rule, group, at) === alert;
      if (this.#wanted.size < mostGroups * 100) this.#wanted.set(group, wanted);
    }
    return wanted;
  }
}

function note(amiss: Amiss, time: Millis, message: string): void {
  amiss.count += 1;
  if (amiss.samples.length < mostSamples) amiss.samples.push({ time, message: message.slice(0, 300) });
}
