import type { Evidence } from '../../alerts/entry.ts';
import type { Millis, Output } from '../../model.ts';
import type { Windows } from '../../windows/windows.ts';
import type { CompiledRule } from '../compile.ts';
import type { AlertBook } from '../run/alert-book.ts';
import type { WindowPeaks } from '../run/window-peaks.ts';
import { firstOf, type LateGroup } from './late-group.ts';
import type { Past } from './past.ts';
import { type Saved, Series } from './series.ts';

/** Windows and alerts of a rule. */
interface Judged {
  windows: Windows;
  book: AlertBook;
  /** Closes the windows that end at or before the watermark. */
  alerts: {
    startAfter(end: Millis): void;
    advance(watermark: Millis, outputs: Output[]): void;
    /** What happened between two recorded windows, where windows slide. */
    readonly peaks: WindowPeaks | undefined;
  };
}

export interface RejudgeParts {
  rule: CompiledRule;
  live: Pick<Judged, 'windows' | 'book'>;
  series: Series;
  past: Past;
  /** Windows and alerts of the rule that know nothing. They note into the series that is given. */
  fresh: (series: Series, evidence: (start: Millis) => Evidence) => Judged;
}

/** A stretch of a group as if all its events had come in time. */
export interface Rejudged extends Judged {
  /** End of the last window before the stretch. */
  from: Millis;
  series: Series;
  outputs: Output[];
  /** Entries that were counted, and what searching costs in the same unit. */
  cost: number;
}

/**
 * Whether an alert can be saved when it changes only. Otherwise its judgement depends on windows, or hours, in which its
 * state did not change.
 */
const savesChanges = (rule: CompiledRule, book: AlertBook): boolean =>
  rule.hours === undefined && !book.judge.groups;

/** Whether an alert that did not change at that time is to be saved. */
export function isSaveDue(
  { rule, book }: { rule: CompiledRule; book: AlertBook },
  series: Series,
  group: string,
  at: Millis,
): boolean {
  return !savesChanges(rule, book) && series.isDue(group, at);
}

/** Saves the alert of a group. One that was raised before its window is over is saved when that is over. */
export function saveAlert(
  { rule, windows, book }: Pick<Judged, 'windows' | 'book'> & { rule: CompiledRule },
  series: Series,
  group: string,
  at: Millis,
): void {
  if (book.stateOf(group)?.early !== undefined) {
    if (savesChanges(rule, book)) series.changed(group, at, rule.every);
    return;
  }
  const timers = windows.lift(group).timers.filter((end) => end > at);
  series.add(group, { at, timers, alert: book.lift(group) });
}

/**
 * End of the window after which a stretch is judged again whose first window ends at `firstEnd`, and the alert as it was
 * then. -Infinity: everything that is kept of the group.
 */
export function startOf(
  { rule, live: { book }, series }: Pick<RejudgeParts, 'rule' | 'live' | 'series'>,
  group: string,
  firstEnd: Millis,
): { from: Millis; saved: Saved | undefined } {
  const saved = series.before(group, firstEnd);
  const isExact = savesChanges(rule, book);
  if (saved === undefined) return { from: isExact ? firstEnd - rule.every : Number.NEGATIVE_INFINITY, saved };
  const unchanged = Math.min(firstEnd, saved.until ?? Number.POSITIVE_INFINITY) - rule.every;
  return { from: isExact ? Math.max(saved.at, unchanged) : saved.at, saved };
}

/** Judges the group again, from before its first late event to the last window that is closed. */
export function rejudge(parts: RejudgeParts, late: LateGroup): Rejudged {
  const { rule, live, past } = parts;
  const { grid } = live.windows.plan;
  const first = grid.paneOf(firstOf(late, past.pane));
  const start = startOf(parts, late.name, grid.firstEnd(first));
  const isWhole = start.from === Number.NEGATIVE_INFINITY;
  const { panes, cost } = past.stretch(late, start.from);
  const from = isWhole ? grid.firstEnd(least(first, panes.keys())) - rule.every : start.from;
  const series = new Series(parts.series.stride);
  const judged = parts.fresh(series, (time) => evidenceWith(live.book, late, time));
  const { state = null, judge = null, open = null } = start.saved?.alert ?? {};
  judged.alerts.startAfter(from);
  const timers = (start.saved?.timers ?? []).filter((end) => end > from);
  const pinned = state !== null && state.status !== 'inactive';
  judged.windows.replace(late.name, { panes, timers, pinned });
  judged.book.load(late.name, { state, judge });
  judged.book.setFields(late.name, () => late.by);
  if (open !== null) judged.book.episodes.replaceAfter(late.name, from, [{ ...open }]);
  const outputs: Output[] = [];
  judged.alerts.advance(live.windows.closedThrough, outputs);
  return { ...judged, from, series, outputs, cost };
}

/** There may be more numbers than a function takes arguments. */
function least(first: number, others: Iterable<number>): number {
  let least = first;
  for (const other of others) if (other < least) least = other;
  return least;
}

/** The lines that a window which begins at `start` shows: those of late events before those that are kept. */
export function evidenceWith(book: AlertBook, { name, samples }: LateGroup, start: Millis): Evidence {
  const late = samples.filter(({ time }) => time >= start);
  const found = book.evidenceOf(name, start);
  return { ...found, first: [...late, ...found.first] };
}
