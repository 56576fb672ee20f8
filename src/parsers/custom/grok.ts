import { LogboomError, messageOf } from '../../errors.ts';
import type { JsonObject } from '../../events/index.ts';
import { readStamp } from '../text/stamps.ts';
import { numberOf, type TextFormat } from '../text/text-format.ts';
import { stockPatterns } from './grok-patterns.ts';
import { Guarded } from './guarded.ts';

/** The longest line that grok reads, in characters. */
const LONGEST = 16_384;
/** Patterns within patterns. More is taken for a pattern that contains itself. */
const DEEPEST = 40;

/** A value that an expression captures. */
interface Capture {
  field: string;
  type: 'int' | 'float' | undefined;
}

interface Compiled {
  expression: Guarded;
  /** By the number of the group. */
  captures: ReadonlyMap<number, Capture>;
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
    const source = rewrite(this.#expand(expression, fields, 0));
    const named = numberGroups(source, fields);
    try {
      const compiled = new RegExp(anchored(named.source), 's');
      return { expression: new Guarded(compiled, this.#written(expression)), captures: named.captures };
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

const classes: Readonly<Record<string, string>> = {
  alnum: 'A-Za-z0-9',
  alpha: 'A-Za-z',
  digit: '0-9',
  lower: 'a-z',
  upper: 'A-Z',
  space: '\\s',
  punct: '!-\\/:-@\\[-`{-~',
  xdigit: '0-9A-Fa-f',
  word: '\\w',
  blank: ' \\t',
};

/** Turns what Oniguruma knows and JavaScript does not into what JavaScript knows. */
function rewrite(source: string): string {
  const known = source
    .replace(/\[\[:(\w+):\]\]/g, (_, name: string) => `[${classes[name] ?? name}]`)
    .replace(/\[:(\w+):\]/g, (whole, name: string) => classes[name] ?? whole)
    .replace(/\[\[([^\]]+)\]/g, '[$1')
    .replace(/\\h/g, '[0-9A-Fa-f]')
    .replace(/\\A/g, '^')
    .replace(/\\[zZ]/g, '$')
    .replace(/\(\?i\)/g, '')
    .replace(/\(\?[imx]+:/g, '(?:');
  return atomic(possessive(known));
}

/** `X++` and `X*+` become atomic groups around `X+` and `X*`, where X is one character, class or escape. */
const possessive = (source: string) =>
  source.replace(
    /(\[\^?\]?(?:\\.|[^\]\\])*\]|\\.|[^()|\\[\]{}*+?])(?:([*+])\+)?/g,
    (_, one: string, quantifier?: string) => (quantifier === undefined ? one : `(?>${one}${quantifier})`),
  );

/**
 * Emulates atomic groups: `(?>X)` becomes `(?:(?=(?<aN>X))\k<aN>)`. A look-ahead is not entered again, so what it matched stays. Dropped
 * instead, a line that breaks off within quotes takes exponential time.
 */
function atomic(source: string): string {
  let text = source;
  for (let count = 0; ; count += 1) {
    const at = text.lastIndexOf('(?>');
    if (at === -1) return text;
    const end = closingOf(text, at);
    const inner = text.slice(at + 3, end);
    text = `${text.slice(0, at)}(?:(?=(?<atomic${count}>${inner}))\\k<atomic${count}>)${text.slice(end + 1)}`;
  }
}

function closingOf(text: string, open: number): number {
  let depth = 0;
  let inClass = false;
  for (let at = open; at < text.length; at += 1) {
    const character = text[at];
    if (character === '\\') at += 1;
    else if (inClass) inClass = character !== ']';
    else if (character === '[') inClass = true;
    else if (character === '(') depth += 1;
    else if (character === ')') {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return text.length;
}

/**
 * Finds the numbers of the captured groups. Groups of equal names would be refused, so each has a name of its own; groups without
 * a name keep their numbers. Names that the expression itself gives are fields too.
 */
function numberGroups(
  source: string,
  fields: readonly Capture[],
): { source: string; captures: Map<number, Capture> } {
  const captures = new Map<number, Capture>();
  let number = 0;
  let inClass = false;
  let result = '';
  for (let at = 0; at < source.length; at += 1) {
    const character = source[at]!;
    if (character === '\\') {
      result += source.slice(at, at + 2);
      at += 1;
      continue;
    }
    if (inClass) inClass = character !== ']';
    else if (character === '[') inClass = true;
    else if (character === '(') {
      const name = /^\(\?<([A-Za-z_][\w.@-]*|\[[^>]+\])>/.exec(source.slice(at, at + 200))?.[1];
      if (name !== undefined) {
        number += 1;
        const place = /^grok(\d+)$/.exec(name)?.[1];
        if (place !== undefined) captures.set(number, fields[Number(place)]!);
        else if (!name.startsWith('atomic'))
          captures.set(number, { field: fieldName(name), type: undefined });
        const unique = name.startsWith('atomic') ? name : `g${number}`;
        result += `(?<${unique}>`;
        at += name.length + 3;
        continue;
      }
      if (source[at + 1] !== '?') number += 1;
    }
    result += character;
  }
  return { source: result, captures };
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
        const named = valuesOf(match, captures);
        const time = named[timestamp] === undefined ? Number.NaN : readStamp(named[timestamp], context);
        if (!Number.isNaN(time)) delete named[timestamp];
        return { time, fields: {}, named };
      }
      return undefined;
    },
  };
}

function valuesOf(match: RegExpExecArray, captures: ReadonlyMap<number, Capture>): JsonObject {
  const named: JsonObject = {};
  for (const [number, { field, type }] of captures) {
    const text = match[number];
    if (text === undefined) continue;
    const value = type === undefined ? text : (numberOf(text.replace(/^\+/, '')) ?? text);
    const present = named[field];
    named[field] = present === undefined ? value : [present, value].flat();
  }
  return named;
}
