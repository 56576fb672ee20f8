import type { JsonObject } from '../../../events/index.ts';
import type { Millis } from '../../../model.ts';
import { levelOf } from '../levels.ts';
import { logfmtPairs } from '../pairs.ts';
import { splitTrace } from '../stack-trace.ts';
import { monthOf, readStamp, withoutYear } from '../stamps.ts';
import type { Groups, LineContext, TextFormat, TextResult } from '../text-format.ts';

/**
 * A format of application logs: a few layouts, each a regular expression. The names of its groups say what was found:
 * `stamp` (any notation of `readStamp`), `monthday` with `clock` and perhaps `year`, `level`, `logger`, `thread`, `pid`, `process`, `file`, `line`,
 * `function`, `message`, and `pairs` (`key=value …`) or `json` behind the message.
 */
interface AppFormat extends Omit<TextFormat, 'parse'> {
  layouts: readonly RegExp[];
  /** Fields of the format alone. */
  more?: ((groups: Groups) => JsonObject) | undefined;
  /** Reads the group `pairs`. Default: as logfmt. */
  readPairs?: ((text: string) => JsonObject | undefined) | undefined;
}

type Extras = Pick<AppFormat, 'more' | 'readPairs'>;

export function appFormat({ layouts, more, readPairs, ...format }: AppFormat): TextFormat {
  return {
    ...format,
    parse(line, context) {
      for (const layout of layouts) {
        const groups = layout.exec(line)?.groups;
        const result = groups && readGroups(groups, context, { more, readPairs });
        if (result !== undefined) return result;
      }
      return undefined;
    },
  };
}

function readGroups(
  groups: Groups,
  context: LineContext,
  { more, readPairs = logfmtPairs }: Extras,
): TextResult | undefined {
  const time = timeOf(groups, context);
  const isStated = groups.stamp !== undefined || groups.monthday !== undefined;
  // What looks like a stamp and is none is not this format.
  if (isStated && Number.isNaN(time)) return undefined;
  const { level, logger, thread, process, file, line, message = '' } = groups;
  const fields: JsonObject = {
    'log.level': levelOf(level),
    'log.logger': logger?.trim() || undefined,
    'process.thread.name': thread?.trim() || undefined,
    'process.pid': groups.pid === undefined ? undefined : Number(groups.pid),
    'process.name': process,
    'log.origin.file.name': file,
    'log.origin.file.line': line === undefined ? undefined : Number(line),
    'log.origin.function': groups.function,
    ...(message === '' ? {} : splitTrace(message)),
    ...more?.(groups),
  };
  const named = namedFields(groups, readPairs);
  const isCut = groups.json !== undefined && named === undefined;
  return { time, fields, named, ...(isCut && { failure: 'the JSON object behind the message is broken' }) };
}

function timeOf({ stamp, year, monthday, clock }: Groups, context: LineContext): Millis {
  if (stamp !== undefined) return readStamp(stamp, context);
  if (monthday === undefined || clock === undefined) return Number.NaN;
  if (year !== undefined)
    return readStamp(`${year}-${monthday.slice(0, 2)}-${monthday.slice(2)} ${clock}`, context);
  const [, month, day] = /^(\d\d|[A-Za-z]{3}) ?(\d\d)$/.exec(monthday) ?? [];
  const [, hour = '', minute = '', second, fraction] =
    /^(\d\d):(\d\d):(\d\d)(?:[.,](\d+))?$/.exec(clock) ?? [];
  const number = Number.isNaN(Number(month)) ? monthOf(month ?? '') : Number(month);
  return withoutYear({ month: number, day: Number(day), hour, minute, second, fraction }, context);
}

/** What the program named itself: pairs or a JSON object behind the message. */
function namedFields({ pairs, json }: Groups, readPairs: typeof logfmtPairs): JsonObject | undefined {
  if (pairs !== undefined) return readPairs(pairs);
  if (json === undefined) return undefined;
  try {
    return JSON.parse(json) as JsonObject;
  } catch {
    return undefined;
  }
}
