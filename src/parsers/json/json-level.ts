import { isObject, type JsonObject } from '../../events/index.ts';
import { levelOf, severities } from '../text/levels.ts';

/** Names under which loggers write the message. `@mt` is a template, which counts where there is no message. */
export const messageKeys = [
  'message',
  'msg',
  '@m',
  'Message',
  'short_message',
  '@mt',
  'MessageTemplate',
  'RenderedMessage',
];

const levelKeys = [
  'level',
  'severity',
  '@l',
  'levelname',
  'lvl',
  'log_level',
  'loglevel',
  'Level',
  'LogLevel',
  'severityText',
];

/** Removes the level from a line and returns it in lower case, with abbreviations and numbers written out. */
export function takeLevel(line: JsonObject): string | undefined {
  // GELF has the severities of syslog, and pino's numbers begin at 10.
  const isGelf = typeof line.short_message === 'string';
  for (const key of ['log.level', ...levelKeys]) {
    const level = nameOf(line[key], isGelf);
    if (level === undefined) continue;
    delete line[key];
    return level;
  }
  return takeNested(line) ?? ofSerilog(line);
}

function nameOf(value: unknown, isGelf: boolean): string | undefined {
  if (isGelf && typeof value === 'number' && severities[value] !== undefined)
    return value === 6 ? 'info' : severities[value];
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  return levelOf(value);
}

function takeNested(line: JsonObject): string | undefined {
  const { log } = line;
  if (!isObject(log) || typeof log.level !== 'string') return undefined;
  const { level, ...others } = log;
  line.log = others;
  return levelOf(level as string);
}

/** Serilog's compact JSON leaves out the level `Information`. */
const ofSerilog = (line: JsonObject) => ('@mt' in line || '@m' in line ? 'info' : undefined);
