import { correctEpisodes } from '../../alerts/corrections.ts';
import type { AlertState, LogEvent, Millis, Output, Scalar } from '../../model.ts';
import type { Snapshot } from '../../util/snapshot.ts';
import type { Amount } from '../../windows/aggregates/aggregate.ts';
import { isForgettable } from '../alert/machine.ts';
import type { WindowPeaks } from '../run/window-peaks.ts';
import { CorrectedWindows } from './corrected-windows.ts';
import { type CorrectorState, correctorFormat } from './corrector-state.ts';
import { firstOf, keepLateSample, type LateGroup, lateEventsIn } from './late-group.ts';
import { LateQueue } from './late-queue.ts';
import { LateNotices } from './notices.ts';
import { asNotified, splitRaised } from './raised-early.ts';
import { type Rejudged, type RejudgeParts, rejudge, startOf } from './rejudge.ts';
import { Series } from './series.ts';
import { type CorrectionSettings, strideOf } from './settings.ts';

type CorrectorParts = Omit<RejudgeParts, 'series'> & {
  settings: CorrectionSettings;
  /** So many late events of that time can no longer be counted. */
  giveUp: (group: string, time: Millis, events: number) => void;
  /** The peaks of recorded windows that are not over. */
  peaks: () => WindowPeaks | undefined;
};

const never = Number.NEGATIVE_INFINITY;
/** What it costs to find that nothing changes, in entries of panes. */
const perGroup = 1;

/**
 * Takes late events of a rule, and corrects what was decided without them. The group's stretch from before the first late
 * event on is judged again, by the same windows, judge and state machine, from panes and alerts that were kept. What is
 * different from what was put out is put out. The result is that of all events in order. It follows from the order of
 * events and the receipt times of records alone.
 */
export class Corrector {
  readonly series: Series;
  readonly #parts: CorrectorParts;
  readonly #windows: CorrectedWindows;
  readonly #notices: LateNotices;
  readonly queue: LateQueue;

  constructor(parts: CorrectorParts) {
    const { rule, settings, live } = parts;
    this.#parts = parts;
    const stride = strideOf(settings);
    this.series = new Series(stride, settings.memory);
    const slides = rule.condition !== undefined && rule.every < rule.over;
    this.#windows = new CorrectedWindows(
      live.windows,
      stride,
      settings.memory,
      slides ? rule.over : undefined,
    );
    this.#notices = new LateNotices({ config: rule.config, policy: rule.config.late ?? settings.late });
    this.queue = new LateQueue({
      hop: rule.every,
      notices: this.#notices,
      cells: parts.past,
      correct: (late, outputs) => this.#correct(late, outputs),
    });
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
    const late = this.queue.of(name, by);
    const isShown = this.#parts.past.put(late, time, amount);
    const shown = this.#parts.rule.evidence(amount);
    if (isShown && shown) keepLateSample(late, event, shown.value);
    return true;
  }

  /** Forgets what is too old to be corrected. */
  trim(closed: Millis): void {
    const { rule, live, past, settings } = this.#parts;
    const horizon = closed - settings.correctFor;
    past.trim(closed);
    this.#windows.trim(horizon);
    for (const group of this.series.groups) if (this.#isGone(group, closed)) this.series.end(group, closed);
    this.series.trim(horizon, ({ at, alert: { state, open } }) => {
      return open === null && !live.book.judge.groups && (state === null || isForgettable(state, at, rule));
    });
  }

  snapshot(): Snapshot<CorrectorState> {
    const finite = (time: Millis) => (Number.isFinite(time) ? time : null);
    return correctorFormat.write({
      series: this.series.state(),
      ...this.queue.state(),
      windows: this.#windows.state(),
      reach: [finite(this.series.reach), finite(this.#windows.reach)],
    });
  }

  restore(snapshot: Snapshot<unknown>): void {
    const { series, windows, reach, ...queue } = correctorFormat.read(snapshot);
    // First: where more is restored than the memory may hold, the oldest is dropped again at once.
    [this.series.reach, this.#windows.reach] = [reach?.[0] ?? never, reach?.[1] ?? never];
    this.series.restore(series);
    this.queue.restore(queue);
    this.#windows.restore(windows);
  }

  /** Events of windows that are closed are not the rule's. */
  forgetPast(): void {
    this.#parts.past.beginAt(this.#parts.live.windows.closedThrough);
  }

  release(): void {
    this.#parts.past.release();
    this.series.release();
    this.#windows.release();
  }

  /** Whether nothing is known of the group any more that makes a difference from that time on. */
  #isGone(group: string, closed: Millis): boolean {
    const { rule, live } = this.#parts;
    if (live.windows.has(group)) return false;
    const { state, open, judge } = live.book.lift(group);
    return open === null && judge === null && (state === null || isForgettable(state, closed, rule));
  }

  /** Whether everything is kept that the event has an influence on. */
  #reaches(time: Millis, name: string): boolean {
    const { live, past, settings } = this.#parts;
    const closed = live.windows.closedThrough;
    if (!(time >= closed - settings.correctFor) || !Number.isFinite(closed)) return false;
    return (this.queue.has(name) || past.admits(name, this.queue.size)) && this.#isKept(time, name);
  }

  /** Whether nothing was dropped on which the judgement of windows from that time on depends. */
  #isKept(time: Millis, name: string): boolean {
    const { live, past } = this.#parts;
    const { grid } = live.windows.plan;
    const firstEnd = grid.firstEnd(grid.paneOf(time));
    if (!(firstEnd > this.series.reach) || !this.#windows.reaches(time)) return false;
    const { from } = startOf({ ...this.#parts, series: this.series }, name, firstEnd);
    return past.reaches(name, from, time) && !(from < live.book.episodes.forgottenThrough);
  }

  #giveUp({ name, panes }: LateGroup): void {
    const { past, giveUp } = this.#parts;
    for (const [pane, { count }] of panes) giveUp(name, pane * past.pane, count);
    this.queue.corrected -= [...panes.values()].reduce((sum, { count }) => sum + count, 0);
  }

  #correct(late: LateGroup, outputs: Output[]): number {
    const { past } = this.#parts;
    if (!this.#isKept(firstOf(late, past.pane), late.name)) this.#giveUp(late);
    else if (past.changes(late)) return this.#judgeAgain(late, outputs);
    else past.keep(late);
    return perGroup;
  }

  /** Puts out what is different, goes on from the state that was found, and returns the cost. */
  #judgeAgain(late: LateGroup, outputs: Output[]): number {
    const found = rejudge({ ...this.#parts, series: this.series }, late);
    const { live, past, rule } = this.#parts;
    const { windows, book } = live;
    const { name } = late;
    outputs.push(...this.#windows.correct(late, found.outputs));
    past.keep(late);
    const early = book.stateOf(name)?.early?.observation;
    const split = splitRaised(book, name, found, rule, early && past.holds(name, early.window));
    const { outputs: corrected, entries } = correctEpisodes({
      known: split.known,
      found: split.found,
      outputs: found.outputs,
      through: windows.closedThrough,
      lateIn: ({ start, end }, reach) =>
        lateEventsIn(late, past.pane, start - reach, end ?? Number.POSITIVE_INFINITY),
      notify: (transition, episode) => this.#notices.notify(transition, episode, windows.closedThrough),
    });
    outputs.push(...corrected, ...split.outputs);
    book.episodes.replaceAfter(name, found.from, [...entries, ...(split.raised ? [split.raised] : [])]);
    const closed = found.book.stateOf(name) ?? null;
    const state = split.state ?? (closed && asNotified(closed, entries));
    book.load(name, { state, judge: found.book.lift(name).judge });
    book.setFields(name, () => late.by);
    this.#move(late, found, state);
    return found.cost;
  }

  /** Moves the windows and the past of the group. */
  #move(late: LateGroup, found: Rejudged, state: AlertState | null): void {
    const { windows } = this.#parts.live;
    const { name } = late;
    const pinned = state !== null && state.status !== 'inactive';
    windows.replace(name, { ...found.windows.lift(name), pinned });
    if (state?.early !== undefined) windows.schedule(name, state.early.observation.at);
    this.series.replaceAfter(name, found.from, found.series.of(name));
    if (found.alerts.peaks !== undefined) this.#parts.peaks()?.correct(name, found.alerts.peaks, found.from);
  }
}
