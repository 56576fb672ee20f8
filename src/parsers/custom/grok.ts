import { LogboomError, messageOf } from '../../errors.ts';
import type { JsonObject } from '../../events/index.ts';
import { Guarded, hasNestedRepetition, type SlowOutcome } from '../../util/guards/guarded.ts';
import { readStamp } from '../text/stamps.ts';
import { numberOf, type TextFormat } from '../text/text-format.ts';
import { stockPatterns } from './grok-patterns.ts';
import { rewrite, withoutNames } from './oniguruma.ts';

/** The longest line that grok reads, in characters. */
const LONGEST = 16_384;
/** Patterns within patterns. More is taken for a pattern that contains itself. */
const DEEPEST = 40;

/** Lines that were slow in this thread since its start. */
const slow = { 'matched late': 0, 'given up': 0 };
const noteSlow = (outcome: SlowOutcome) => {
  slow[outcome] += 1;
};

/** How many lines used up the time of a grok expression in this thread, by what became of them. */
export const slowLines = (): Readonly<Record<SlowOutcome, number>> => ({ ...slow });

/** A value that an expression captures. */
interface Capture {
  field: string;
  type: 'int' | 'float' | undefined;
}

interface Compiled {
  expression: Guarded;
  captures: readonly (Capture & { group: number })[];
}

/** `%{PATTERN}`, `%{PATTERN:field}`, `%{PATTERN:[nested][field]:int}`; or a group that is named in the expression itself. */
const reference = /%\{(\w+)(?::([^}:]+))?(?::(int|long|float|double|string|boolean))?\}/g;

/** Compiles expressions of grok with the patterns that they refer to. */
class Grok {
  readonly #patterns: ReadonlyMap<string, string>;

  constructor(patterns: ReadonlyMap<string, string>) {
    this.#patterns = patterns;
  }

  /** Throws `CONFIG_INVALID` with the place. */
  compile(expression: string): Compiled {
    const fields: Capture[] = [];
    const { source, groups } = withoutNames(rewrite(this.#expand(expression, fields, 0)));
    const captures = groups.flatMap(({ number, name }) => capturesOf(number, name, fields));
    try {
      const compiled = new RegExp(anchored(source), 's');
      const isRisky = hasNestedRepetition(this.#written(expression));
      return { expression: new Guarded(compiled, isRisky, noteSlow), captures };
    } catch (error) {
      throw new LogboomError(
        'CONFIG_INVALID',
        `The grok expression \`${expression}\` cannot be compiled: ${messageOf(error)}.`,
      );
    }
  }

  /** The expression with the patterns that are not stock ones in place of their names. */
  #written(expression: string): string {
    const stock = stockPatterns();
    return expression.replace(reference, (_, name: string) => {
      const pattern = this.#patterns.get(name) ?? '';
      return stock.get(name) === pattern ? 'x' : `(${this.#written(pattern)})`;
    });
  }

  /** Replaces references. A captured one becomes a group that is marked with its place in `fields`. */
  #expand(expression: string, fields: Capture[], depth: number): string {
    if (depth > DEEPEST)
      throw new LogboomError(
        'CONFIG_INVALID',
        `The grok pattern \`${expression.slice(0, 80)}\` contains itself.`,
      );
    return expression.replace(reference, (_, name: string, field?: string, type?: string) => {
      const pattern = this.#patterns.get(name);
      if (pattern === undefined)
        throw new LogboomError(
          'CONFIG_INVALID',
          `There is no grok pattern \`${name}\`. Declare it under \`patterns\`.`,
        );
      const inner = this.#expand(pattern, fields, depth + 1);
      if (field === undefined) return `(?:${inner})`;
      fields.push({
        field: fieldName(field),
        type:
          type === 'int' || type === 'long'
            ? 'int'
            : type === 'float' || type === 'double'
              ? 'float'
              : undefined,
      });
      return `(?<grok${fields.length - 1}>${inner})`;
    });
  }
}

/** `[http][request][method]` is `http.request.method`. */
const fieldName = (name: string) =>
  name.replace(/^\[/, '').replace(/\]$/, '').replaceAll('][', '.').replace(/\?$/, '');

/** What a group captures: the field of a reference, or one that the expression itself names. Atomic groups capture none. */
function capturesOf(group: number, name: string, fields: readonly Capture[]) {
  const place = /^grok(\d+)$/.exec(name)?.[1];
  if (place !== undefined) return [{ group, ...fields[Number(place)]! }];
  return name.startsWith('atomic') ? [] : [{ group, field: fieldName(name), type: undefined }];
}

/** An expression that begins with a field is tried at the beginning of the line only: a miss costs a sixth of the time. */
const anchored = (source: string) => (/^\(\?/.test(source) ? `^${source}` : source);

interface GrokOptions {
  name: string;
  expressions: readonly string[];
  patterns: ReadonlyMap<string, string>;
  /** Name of the captured field that is the time. */
  timestamp: string;
}

const tooSlow = 'a grok expression used up its time for one line';

/** A format of grok expressions, of which the first that matches counts. */
export function grokFormat({ name, expressions, patterns, timestamp }: GrokOptions): TextFormat {
  const grok = new Grok(patterns);
  const compiled = expressions.map((expression) => grok.compile(expression));
  return {
    name,
    words: `the format ${name}`,
    first: '',
    parse(line, context) {
      if (line.length > LONGEST) return undefined;
      for (const { expression, captures } of compiled) {
        const match = expression.exec(line);
        if (match === undefined) return { time: Number.NaN, fields: {}, failure: tooSlow };
        if (match === null) continue;
        const stamp = captures.find(({ field, group }) => field === timestamp && match[group] !== undefined);
        const time = stamp === undefined ? Number.NaN : readStamp(match[stamp.group], context);
        const named = valuesOf(match, captures, Number.isNaN(time) ? undefined : timestamp);
        return { time, fields: {}, named };
      }
      return undefined;
    },
  };
}

/** The captured values by their fields. A field that is captured twice has both. `without`: a field that is left out. */
function valuesOf(
  match: RegExpExecArray,
  captures: Compiled['captures'],
  without: string | undefined,
): JsonObject {
  const named: JsonObject = {};
  for (const { group, field, type } of captures) {
    const text = match[group];
    if (text === undefined || field === without) continue;
    const value = type === undefined ? text : (numberOf(text.startsWith('+') ? text.slice(1) : text) ?? text);
    const present = named[field];
    named[field] = present === undefined ? value : [present, value].flat();
  }
  return named;
}
