import { correctEpisodes } from '../../../alerts/corrections.ts';
import type { Evidence } from '../../../alerts/entry.ts';
import type { AlertState, LogEvent, Millis, Output, Scalar } from '../../../model.ts';
import type { Snapshot } from '../../../util/snapshot.ts';
import { addEvent } from '../../../windows/history/pane-history.ts';
import { isForgettable } from '../../alert/machine.ts';
import type { CompiledRule } from '../../compile.ts';
import { firstOf, keepLateSample, type LateGroup, lateEventsIn } from '../../correction/late-group.ts';
import { LateQueue } from '../../correction/late-queue.ts';
import { LateNotices } from '../../correction/notices.ts';
import { asNotified } from '../../correction/raised-early.ts';
import { evidenceWith } from '../../correction/rejudge.ts';
import { Series } from '../../correction/series.ts';
import { type CorrectionSettings, keepForOf, strideOf } from '../../correction/settings.ts';
import type { AlertBook } from '../../run/alert-book.ts';
import { beatsAt } from './beats-at.ts';
import { type AbsenceCorrectorState, absenceCorrectorFormat } from './corrector-state.ts';
import { Heartbeats, type PackedHeartbeats } from './heartbeats.ts';
import { GroupTimes } from './times.ts';
import type { AbsenceTracker } from './tracker.ts';
import type { AbsenceWatch } from './watch.ts';

interface AbsenceCorrectorParts {
  rule: CompiledRule;
  settings: CorrectionSettings;
  /** Time without events after which a group is absent. */
  every: Millis;
  tracker: AbsenceTracker;
  book: AlertBook;
  /** Judges a group that it is given, with a book that knows nothing. */
  fresh: (
    tracker: AbsenceTracker,
    series: Series,
    evidence: (start: Millis) => Evidence,
  ) => { watch: AbsenceWatch; book: AlertBook };
}

const never = Number.NEGATIVE_INFINITY;
/** Judging a group again costs as much as to count so many entries of panes. */
const perGroup = 20;

/**
 * Takes late events of a rule about absence, and corrects what was decided without them: the group is judged again from its
 * last change before the first late event on, by the times of its events that are kept.
 */
export class AbsenceCorrector {
  readonly series: Series;
  readonly #parts: AbsenceCorrectorParts;
  readonly #queue: LateQueue;
  readonly #times: GroupTimes;
  readonly #notices: LateNotices;
  /** Late events wait in panes of that length, which their number in a document is counted by. */
  readonly #pane: Millis;
  #trimmed: Millis = never;

  constructor(parts: AbsenceCorrectorParts) {
    const { rule, settings, every } = parts;
    const stride = strideOf(settings);
    this.#parts = parts;
    this.#pane = Math.max(1, Math.floor(every / 100));
    this.series = new Series(stride, settings.memory);
    this.#times = new GroupTimes(every, stride, settings.memory);
    this.#notices = new LateNotices({ config: rule.config, policy: rule.config.late ?? settings.late });
    this.#queue = new LateQueue({
      hop: every,
      notices: this.#notices,
      cells: { pack: () => null, unpack: () => undefined },
      correct: (late, outputs) => {
        this.#judgeAgain(late, outputs);
        return perGroup;
      },
    });
  }

  get corrected(): number {
    return this.#queue.corrected;
  }

  /** Whether late events may still be of the group. */
  follows(group: string): boolean {
    return this.#times.has(group);
  }

  get waiting(): boolean {
    return this.#queue.waiting;
  }

  get due(): Millis {
    return this.#queue.due;
  }

  /** The group had an event at that time, which was in time. */
  see(group: string, time: Millis): void {
    this.#times.see(group, time);
  }

  /** Takes a late event, if it can still be counted. */
  take(group: string, event: LogEvent, by: () => Record<string, Scalar>): boolean {
    const { time } = event;
    if (!this.#reaches(group, time)) return false;
    if (this.#times.covers(group, time)) {
      this.#queue.corrected += 1;
      return true;
    }
    this.#times.see(group, time);
    const late = this.#queue.of(group, by);
    addEvent(late.panes, Math.floor(time / this.#pane), undefined, undefined);
    keepLateSample(late, event);
    return true;
  }

  advance(watermark: Millis, outputs: Output[]): void {
    this.#queue.advance(watermark, outputs);
    const { settings, tracker } = this.#parts;
    const stride = Math.floor(tracker.watermark / strideOf(settings));
    if (!(stride > this.#trimmed)) return;
    this.#trimmed = stride;
    this.#trim(stride * strideOf(settings));
  }

  recordReceived(receivedAt: Millis, outputs: Output[]): void {
    this.#queue.recordReceived(receivedAt, outputs);
  }

  /** Events before the present are not the rule's. */
  forgetPast(): void {
    this.#times.reach = this.#parts.tracker.watermark;
  }

  release(): void {
    this.series.release();
    this.#times.release();
  }

  snapshot(): Snapshot<AbsenceCorrectorState> {
    const finite = (time: Millis) => (Number.isFinite(time) ? time : null);
    return absenceCorrectorFormat.write({
      queue: this.#queue.state(),
      series: this.series.state(),
      times: this.#times.state(),
      reach: [finite(this.series.reach), finite(this.#times.reach)],
      trimmed: finite(this.#trimmed),
    });
  }

  /** Without a snapshot, late events correct nothing before the present. */
  restore(snapshot: Snapshot<unknown> | undefined): void {
    if (snapshot === undefined) {
      this.#begin();
      return;
    }
    const { queue, series, times, reach, trimmed } = absenceCorrectorFormat.read(snapshot);
    // First: where more is restored than the memory may hold, the oldest is dropped again at once.
    [this.series.reach, this.#times.reach] = [reach[0] ?? never, reach[1] ?? never];
    this.#queue.restore(queue);
    this.series.restore(series);
    this.#times.restore(times);
    this.#trimmed = trimmed ?? never;
  }

  /** Goes on from a checkpoint of a version that corrected nothing. */
  #begin(): void {
    const { tracker, book } = this.#parts;
    this.forgetPast();
    for (const group of tracker.names) {
      const beats = tracker.lift(group)!;
      if (beats[3] !== null) this.#times.see(group, beats[3]);
      for (const [first] of Heartbeats.unpack(beats).pending) this.#times.see(group, first);
      this.series.add(group, {
        at: tracker.watermark,
        timers: [],
        alert: { ...book.lift(group), judge: beats },
      });
    }
  }

  /** Whether everything is kept that the event has an influence on, and the group may be followed. */
  #reaches(group: string, time: Millis): boolean {
    const { settings, tracker, book } = this.#parts;
    if (!(time >= tracker.watermark - settings.correctFor) || !Number.isFinite(tracker.watermark))
      return false;
    const first = Math.floor(time / this.#pane) * this.#pane;
    if (!(first > this.series.reach) || !(first > this.#times.reach)) return false;
    const from = this.series.before(group, first)?.at ?? never;
    if (from < book.episodes.forgottenThrough) return false;
    if (this.#times.has(group) || tracker.isExpected(group)) return true;
    return !tracker.isFull(this.#queue.size);
  }

  #judgeAgain(late: LateGroup, outputs: Output[]): void {
    const { tracker, book, fresh } = this.#parts;
    const { name } = late;
    const first = firstOf(late, this.#pane);
    const saved = this.series.before(name, first);
    const from = saved?.at ?? Math.min(first, this.#times.after(name, never)[0]![0]) - 1;
    const series = new Series(this.series.stride);
    const again = tracker.another(from);
    const found = fresh(again, series, (start) => evidenceWith(book, late, start));
    again.load(name, beatsAt(name, saved, this.#times, tracker));
    found.book.load(name, { state: saved?.alert.state ?? null, judge: null });
    found.book.setFields(name, () => late.by);
    const open = saved?.alert.open ?? null;
    if (open !== null) found.book.episodes.replaceAfter(name, from, [{ ...open }]);
    const decided: Output[] = [];
    found.watch.advance(tracker.watermark, decided);
    const { outputs: corrected, entries } = correctEpisodes({
      known: book.episodes.after(name, from),
      found: found.book.episodes.after(name, from),
      outputs: decided,
      through: tracker.watermark,
      lateIn: ({ start, end }) => lateEventsIn(late, this.#pane, start, end ?? Number.POSITIVE_INFINITY),
      notify: (transition, episode) => this.#notices.notify(transition, episode, tracker.watermark),
    });
    outputs.push(...corrected);
    book.episodes.replaceAfter(name, from, entries);
    const state: AlertState | undefined = found.book.stateOf(name);
    book.load(name, { state: state === undefined ? null : asNotified(state, entries), judge: null });
    book.setFields(name, () => late.by);
    tracker.load(name, again.lift(name));
    this.series.replaceAfter(name, from, series.of(name));
  }

  #trim(closed: Millis): void {
    const { rule, settings, every, tracker } = this.#parts;
    const isNeeded = (group: string) => tracker.has(group) || this.#queue.has(group);
    this.#times.trim(closed - keepForOf(settings, every), isNeeded);
    this.#times.limit(2 * rule.config.maxGroups, isNeeded);
    for (const group of this.series.groups) {
      const { state, open, judge } = this.series.lastOf(group)!.alert;
      const isOver = open === null && (state === null || isForgettable(state, closed, rule));
      // It was forgotten when it was saved, and had no event since.
      if (isOver && judge === null && !isNeeded(group)) this.series.end(group, closed);
    }
    this.series.trim(closed - settings.correctFor, ({ at, alert: { state, open, judge } }) => {
      const isSilent = judge !== null && (judge as PackedHeartbeats)[5];
      return open === null && !isSilent && (state === null || isForgettable(state, at, rule));
    });
  }
}
