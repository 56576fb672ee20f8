import { correctEpisodes } from '../../alerts/corrections.ts';
import type { Entry } from '../../alerts/entry.ts';
import type { AlertState, LogEvent, Millis, Output, Scalar } from '../../model.ts';
import type { Snapshot } from '../../util/snapshot.ts';
import type { Amount } from '../../windows/aggregates/aggregate.ts';
import { addEvent } from '../../windows/history/shares.ts';
import { otherGroup } from '../../windows/options.ts';
import { isForgettable } from '../alert/machine.ts';
import { sampleOf } from '../run/samples.ts';
import { CorrectedWindows } from './corrected-windows.ts';
import { type CorrectorState, correctorFormat } from './corrector-state.ts';
import { type LateGroup, lateEventsIn, mostSamples, packLateGroup, unpackLateGroup } from './late-group.ts';
import { LateNotices } from './notices.ts';
import { splitRaised } from './raised-early.ts';
import { type Rejudged, type RejudgeParts, rejudge, startOf } from './rejudge.ts';
import { Series } from './series.ts';
import { type CorrectionSettings, strideOf } from './settings.ts';

/** Groups are judged again at most once in so much event time, or in a hop, if that is shorter; */
const longestStep = 1_000;
/** by so many entries at once, for live decisions wait meanwhile; the other groups are judged the next time; */
const mostAtOnce = 10_000;
/** and by no more than so many entries for each millisecond of event time on average. */
const entriesPerMilli = 100;
/** While event time stands still, late events wait for so long by receipt times. */
const longestWait = 10_000;

type CorrectorParts = Omit<RejudgeParts, 'series'> & {
  settings: CorrectionSettings;
  /** So many late events of that time can no longer be counted. */
  giveUp: (group: string, time: Millis, events: number) => void;
};

const never = Number.NEGATIVE_INFINITY;

/**
 * Takes late events of a rule, and corrects what was decided without them. The group's stretch from before the first late
 * event on is judged again, by the same windows, judge and state machine, from panes and alerts that were kept. What is
 * different from what was put out is put out. The result is that of all events in order. It follows from the order of
 * events and the receipt times of records alone.
 */
export class Corrector {
  readonly series: Series;
  /** Number of late events that were counted. */
  corrected = 0;
  readonly #parts: CorrectorParts;
  readonly #step: Millis;
  readonly #windows: CorrectedWindows;
  readonly #notices: LateNotices;
  readonly #late = new Map<string, LateGroup>();
  #through: Millis = never;
  #notBefore: Millis = never;
  /** Receipt time at which late events began to wait. */
  #since: Millis | undefined = undefined;
  #receivedAt: Millis | undefined = undefined;

  constructor(parts: CorrectorParts) {
    const { rule, settings, live } = parts;
    this.#parts = parts;
    this.#step = Math.min(rule.every, longestStep);
    const stride = strideOf(settings);
    this.series = new Series(stride, settings.memory);
    this.#windows = new CorrectedWindows(live.windows, stride, settings.memory);
    this.#notices = new LateNotices({ config: rule.config, policy: rule.config.late ?? settings.late });
  }

  /** Whether late events, or notifications about them, wait for time to pass. */
  get waiting(): boolean {
    return this.#late.size > 0 || Number.isFinite(this.#notices.due);
  }

  /** The watermark before which `advance` does nothing. */
  get due(): Millis {
    return this.#through + this.#step;
  }

  /** Takes a late event, if it can still be counted. */
  take(
    time: Millis,
    name: string,
    amount: Amount,
    event: LogEvent,
    by: () => Record<string, Scalar>,
  ): boolean {
    if (!this.#reaches(time, name)) return false;
    const { plan } = this.#parts.live.windows;
    let late = this.#late.get(name);
    if (late === undefined) {
      late = { name, by: by(), panes: new Map(), samples: [] };
      this.#late.set(name, late);
    }
    addEvent(late.panes, plan.grid.paneOf(time), amount, plan.aggregate);
    const shown = this.#parts.rule.evidence(amount);
    if (shown && late.samples.length < mostSamples)
      late.samples.push({ time, sample: sampleOf(event, shown.value) });
    this.corrected += 1;
    this.#since ??= this.#receivedAt;
    return true;
  }

  /** Event time has come to `watermark`, and the windows up to it are closed. */
  advance(watermark: Millis, outputs: Output[]): void {
    const through = Math.floor(watermark / this.#step) * this.#step;
    if (!(through > this.#through)) return;
    this.#through = through;
    if (this.#late.size > 0 && through >= this.#notBefore) this.#correct(outputs);
    if (through >= this.#notices.due) outputs.push(...this.#notices.advance(through));
  }

  /** A record comes that was received at that time. Late events do not wait forever for event time to pass. */
  recordReceived(receivedAt: Millis, outputs: Output[]): void {
    this.#receivedAt = receivedAt;
    if (this.#since !== undefined && receivedAt - this.#since >= longestWait) this.#correct(outputs);
  }

  /** Forgets what is too old to be corrected. */
  trim(closed: Millis): void {
    const { rule, live, settings } = this.#parts;
    const horizon = closed - settings.correctFor;
    live.windows.history?.trim(closed);
    this.#windows.trim(horizon);
    this.series.trim(horizon, ({ at, alert: { state, open } }) => {
      return open === null && !live.book.remembers && (state === null || isForgettable(state, at, rule));
    });
  }

  snapshot(): Snapshot<CorrectorState> {
    const { aggregate } = this.#parts.live.windows.plan;
    const finite = (time: Millis) => (Number.isFinite(time) ? time : null);
    return correctorFormat.write({
      series: this.series.state(),
      late: [...this.#late.values()].map((group) => packLateGroup(group, aggregate)),
      windows: this.#windows.state(),
      notices: this.#notices.state(),
      times: [finite(this.#through), finite(this.#notBefore)],
      reach: [finite(this.series.reach), finite(this.#windows.reach)],
      since: this.#since ?? null,
      corrected: this.corrected,
    });
  }

  restore(snapshot: Snapshot<unknown>): void {
    const { series, late, windows, notices, times, reach, since, corrected } = correctorFormat.read(snapshot);
    const { aggregate } = this.#parts.live.windows.plan;
    this.series.restore(series);
    this.#late.clear();
    for (const group of late) this.#late.set(group.name, unpackLateGroup(group, aggregate));
    this.#windows.restore(windows);
    this.#notices.restore(notices);
    [this.#through, this.#notBefore] = [times[0] ?? never, times[1] ?? never];
    [this.series.reach, this.#windows.reach] = [reach?.[0] ?? never, reach?.[1] ?? never];
    this.#since = since ?? undefined;
    this.corrected = corrected;
  }

  release(): void {
    this.series.release();
    this.#windows.release();
  }

  /** Whether everything is kept that the event has an influence on. */
  #reaches(time: Millis, name: string): boolean {
    const { rule, settings } = this.#parts;
    const { windows } = this.#parts.live;
    const closed = windows.closedThrough;
    if (!(time >= closed - settings.correctFor) || !Number.isFinite(closed)) return false;
    const isKnown = windows.has(name) || this.#late.has(name) || name === otherGroup;
    if (!isKnown && windows.groups + this.#late.size >= rule.config.maxGroups) return false;
    return this.#isKept(time, name);
  }

  /** Whether nothing was dropped on which the judgement of windows from that time on depends. */
  #isKept(time: Millis, name: string): boolean {
    const { rule, live } = this.#parts;
    const { windows, book } = live;
    const { grid } = windows.plan;
    const firstEnd = grid.firstEnd(grid.paneOf(time));
    if (!(firstEnd > this.series.reach) || !this.#windows.reaches(time)) return false;
    const { from } = startOf({ ...this.#parts, series: this.series }, name, firstEnd);
    const { reach } = windows.history!;
    return (reach === never || from - rule.over >= reach) && !(from < book.episodes.forgottenThrough);
  }

  #giveUp({ name, panes }: LateGroup): void {
    const { live, giveUp } = this.#parts;
    for (const [pane, { count }] of panes) giveUp(name, pane * live.windows.plan.grid.pane, count);
    this.corrected -= [...panes.values()].reduce((sum, { count }) => sum + count, 0);
  }

  #correct(outputs: Output[]): void {
    let cost = 0;
    for (const late of this.#late.values()) {
      if (cost >= mostAtOnce) break;
      this.#late.delete(late.name);
      const first = Math.min(...late.panes.keys()) * this.#parts.live.windows.plan.grid.pane;
      if (this.#isKept(first, late.name)) cost += this.#judgeAgain(late, outputs);
      else this.#giveUp(late);
    }
    this.#since = this.#late.size > 0 ? this.#receivedAt : undefined;
    this.#notBefore = this.#through + Math.floor(cost / entriesPerMilli);
  }

  /** Puts out what is different, goes on from the state that was found, and returns the cost. */
  #judgeAgain(late: LateGroup, outputs: Output[]): number {
    const found = rejudge({ ...this.#parts, series: this.series }, late);
    const { live, rule } = this.#parts;
    const { windows, book } = live;
    const { name } = late;
    outputs.push(...this.#windows.correct(late, found.outputs));
    const split = splitRaised(book, name, found, rule);
    const { outputs: corrected, entries } = correctEpisodes({
      known: split.known,
      found: split.found,
      outputs: found.outputs,
      through: windows.closedThrough,
      lateIn: ({ start, end }, reach) =>
        lateEventsIn(late, windows.plan.grid.pane, start - reach, end ?? Number.POSITIVE_INFINITY),
      notify: (transition, episode) => this.#notices.notify(transition, episode, windows.closedThrough),
    });
    outputs.push(...corrected, ...split.outputs);
    book.episodes.replaceAfter(name, found.from, [...entries, ...(split.raised ? [split.raised] : [])]);
    const settled = found.book.stateOf(name) ?? null;
    const state = split.state ?? (settled && asNotified(settled, entries));
    book.load(name, { state, judge: found.book.lift(name).judge });
    book.setFields(name, () => late.by);
    this.#move(late, found, state);
    return found.cost;
  }

  /** Moves the windows and the past of the group. */
  #move(late: LateGroup, found: Rejudged, state: AlertState | null): void {
    const { windows } = this.#parts.live;
    const { grid } = windows.plan;
    const { name } = late;
    for (const [pane, share] of late.panes)
      if (grid.endAfter(pane) <= windows.closedThrough) windows.history!.addLate(pane, name, share);
    const pinned = state !== null && state.status !== 'inactive';
    windows.replace(name, { ...found.windows.lift(name), pinned });
    if (state?.early !== undefined) windows.schedule(name, state.early.observation.at);
    this.series.replaceAfter(name, found.from, found.series.of(name));
  }
}

/** People are notified of the end of an alert if they were notified of the alert. */
function asNotified(state: AlertState, entries: readonly Entry[]): AlertState {
  const open = entries.find(({ episode }) => episode.end === undefined);
  if (open === undefined) return state;
  const told = open.notified === true;
  return { ...state, told, held: told ? undefined : state.held };
}
