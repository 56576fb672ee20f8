import { messageOf } from '../errors.ts';
import type { Measure, Millis } from '../model.ts';
import { formatDuration } from '../util/text.ts';
import { offsetsOf } from '../util/zone.ts';
import { type Parsed, parseMeasure } from './condition.ts';
import { compileQuery } from './kql/compile.ts';
import { mistakesIn } from './kql/mistakes.ts';
import { parseQuery } from './kql/parser.ts';

/**
 * Reports a problem with one setting of a rule, with the remedy. `alone`: the setting is wrong by itself, whatever the
 * other settings are.
 */
export type Report = (setting: string, message: string, remedy: string, alone?: boolean) => void;

/** Windows that overlap more often than this cost more memory than they are worth. */
const maxPanes = 100_000;

/** Checks the length and the hop of windows. */
export function checkWindows(
  { over, every = over }: { over: Millis; every?: Millis | undefined },
  report: Report,
): void {
  const [length, hop] = [formatDuration(over), formatDuration(every)];
  if (over < 1 || !Number.isInteger(over))
    report('over', `a window cannot be ${length} long`, 'use whole milliseconds, 1ms or more');
  else if (every < 1 || !Number.isInteger(every))
    report('every', `windows cannot follow one another by ${hop}`, 'use whole milliseconds, 1ms or more');
  else if (every > over)
    report('every', `${hop} is longer than the window of ${length}`, `use ${length} or less`);
  else if (over % every !== 0)
    report('every', `${length} is no multiple of ${hop}`, 'use a hop that divides the window evenly');
  else if (over / every > maxPanes)
    report(
      'every',
      `${over / every} windows would overlap at any time`,
      `use ${formatDuration(over / maxPanes)} or more`,
    );
}

/** Returns the measure where it can be read. */
export function checkMeasure(text: string, report: Report): Measure | undefined {
  const measure = readOrReport(parseMeasure(text), 'measure', report);
  if (measure?.kind === 'share') checkQuery(measure.query, 'measure', report);
  return measure;
}

/** Checks a query: its syntax, and operators of other languages, which KQL reads as text. */
export function checkQuery(text: string, setting: string, report: Report): void {
  attempt(
    () => {
      compileQuery(text);
      for (const { problem, remedy } of mistakesIn(parseQuery(text))) report(setting, problem, remedy, true);
    },
    setting,
    /&&|\|\|/.test(text) ? 'write `and` and `or`: KQL has no && and no ||' : 'write KQL as in Kibana',
    report,
  );
}

/** Checks the quiet time of kinds that count moments. */
export function checkQuiet({ quiet }: { quiet: Millis }, report: Report): void {
  if (quiet < 1 || !Number.isInteger(quiet))
    report('quiet', 'an alert cannot end in the moment in which it begins', 'use 1ms or more, such as 5m');
}

/** Checks the name of the one field that a kind follows. */
export function checkField({ field }: { field: string }, report: Report): void {
  if (/[\s*,]/.test(field))
    report('field', `${JSON.stringify(field)} is no field's name`, 'name one field, such as user.name');
}

/** `min` and `max`, of which one at least is set. */
export interface Bounds {
  min?: number | undefined;
  max?: number | undefined;
}

export function checkBounds({ min, max }: Bounds, setting: string, report: Report): void {
  if (min === undefined && max === undefined)
    report(setting, 'there is no bound to go beyond', 'set `min`, `max` or both');
  else if (min !== undefined && max !== undefined && min > max)
    report(setting, `no value lies between ${min} and ${max}`, 'set `min` to less than `max`');
}

export function checkZone(zone: string, setting: string, report: Report): void {
  try {
    offsetsOf(zone);
  } catch {
    report(
      setting,
      `${JSON.stringify(zone)} is no time zone`,
      'write a name of the IANA database, such as `Europe/Berlin`',
    );
  }
}

/** The parsed value, or undefined where it cannot be read; that is reported. */
export function readOrReport<T>(parsed: Parsed<T>, setting: string, report: Report): T | undefined {
  if ('ok' in parsed) return parsed.ok;
  report(setting, parsed.problem, parsed.remedy, true);
  return undefined;
}

/** Reports what `run` throws. */
function attempt(run: () => unknown, setting: string, remedy: string, report: Report): void {
  try {
    run();
  } catch (thrown) {
    report(setting, messageOf(thrown), remedy, true);
  }
}
