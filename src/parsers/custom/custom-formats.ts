import { RE2JS } from 're2js';
import { type Problem, problem } from '../../config/load/problems.ts';
import type { CustomFormat } from '../../config/schema/formats.ts';
import { LogboomError, messageOf } from '../../errors.ts';
import type { JsonObject } from '../../events/index.ts';
import { keyValues, pairValue } from '../text/pairs.ts';
import { readStamp } from '../text/stamps.ts';
import type { LineContext, TextFormat, TextResult } from '../text/text-format.ts';
import { w3c } from '../text/web/iis.ts';
import { splitCsv } from './csv.ts';
import { grokFormat } from './grok.ts';
import { stockPatterns } from './grok-patterns.ts';
import { logFormat } from './log-format.ts';
import { ModuleParser } from './module-format.ts';

/** Makes the formats that a configuration defines. Throws `CONFIG_INVALID` for one that cannot be compiled. */
export function customFormats(definitions: Readonly<Record<string, CustomFormat>>): TextFormat[] {
  return Object.entries(definitions).map(([name, definition]) => customFormat(name, definition));
}

/** Definitions that cannot be compiled, for people to read before a start. */
export function customFormatProblems({
  parsers,
}: {
  parsers: { formats: Readonly<Record<string, CustomFormat>> };
}): Problem[] {
  return Object.entries(parsers.formats).flatMap(([name, definition]) => {
    try {
      customFormat(name, definition);
      return [];
    } catch (error) {
      if (!(error instanceof LogboomError)) throw error;
      const path = [
        'parsers',
        'formats',
        name,
        Object.keys(definition).find((key) => key !== 'timestamp') ?? '',
      ];
      return [problem(path, error.message, 'Correct the definition; `logboom parse` shows what it reads.')];
    }
  });
}

function customFormat(name: string, definition: CustomFormat): TextFormat {
  const { timestamp } = definition;
  if ('access' in definition) return logFormat(name, definition.access);
  if ('w3c' in definition)
    return w3c(
      definition.w3c
        .replace(/^#Fields:\s*/, '')
        .trim()
        .split(/\s+/),
      name,
    );
  if ('grok' in definition) {
    const patterns = new Map([...stockPatterns(), ...Object.entries(definition.patterns)]);
    return grokFormat({ name, expressions: [definition.grok].flat(), patterns, timestamp });
  }
  if ('file' in definition) {
    const parser = new ModuleParser(name, definition);
    return named(name, timestamp, (line, context) => parser.parse(line, context));
  }
  if ('pattern' in definition) return patternFormat(name, definition.pattern, timestamp);
  if ('csv' in definition) {
    const { columns, delimiter } = definition.csv;
    return named(name, timestamp, (line) => readCsv(line, columns, delimiter));
  }
  const { separator, sign } = definition.keyValue;
  return named(name, timestamp, (line) => keyValues(line, separator, sign));
}

/** A format that finds fields by name. */
function named(
  name: string,
  timestamp: string,
  read: (line: string, context: LineContext) => JsonObject | string | undefined,
): TextFormat {
  return {
    name,
    words: `the format ${name}`,
    first: '',
    parse(line, context): TextResult | undefined {
      const found = read(line, context);
      if (found === undefined) return undefined;
      if (typeof found === 'string') return { time: Number.NaN, fields: {}, failure: found };
      const time = found[timestamp] === undefined ? Number.NaN : readStamp(found[timestamp], context);
      if (!Number.isNaN(time)) delete found[timestamp];
      return { time, fields: {}, named: found };
    },
  };
}

/** RE2 takes linear time, whatever the expression and the line. `__` in the name of a group stands for a dot. */
function patternFormat(name: string, pattern: string, timestamp: string): TextFormat {
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(RE2JS.translateRegExp(pattern));
  } catch (error) {
    throw new LogboomError(
      'CONFIG_INVALID',
      `The pattern of the format \`${name}\` cannot be compiled: ${messageOf(error)}.`,
    );
  }
  const groups = Object.entries(compiled.namedGroups());
  return named(name, timestamp, (line) => {
    const matcher = compiled.matcher(line);
    if (!matcher.find()) return undefined;
    const found: JsonObject = {};
    for (const [group, index] of groups) {
      const value = matcher.group(index);
      if (value !== null) found[group.replaceAll('__', '.')] = pairValue(value);
    }
    return found;
  });
}

function readCsv(line: string, columns: readonly string[], delimiter: string): JsonObject | string {
  const values = splitCsv(line, delimiter);
  if (values === undefined) return 'a quoted value has no closing quote';
  if (values.length !== columns.length) return `the line has ${values.length} columns, not ${columns.length}`;
  const found: JsonObject = {};
  for (const [index, column] of columns.entries())
    if (values[index] !== '') found[column] = pairValue(values[index]!);
  return found;
}
