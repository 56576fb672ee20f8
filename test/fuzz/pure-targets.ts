import { crc32 } from 'node:zlib';
import { wildcard } from '../../packages/store/src/json.ts';
import { parseDateMath } from '../../packages/store/src/mapping/date-math.ts';
import { parseDate } from '../../packages/store/src/mapping/date-parse.ts';
import { dynamicDefinition } from '../../packages/store/src/mapping/dynamic.ts';
import { MalformedValue } from '../../packages/store/src/mapping/values.ts';
import { regexpTest, wildcardTest } from '../../packages/store/src/query/patterns.ts';
import { StoreError } from '../../packages/store/src/store-error.ts';
import { loadConfig } from '../../src/config/load/load.ts';
import { formatProblem } from '../../src/config/load/problems.ts';
import { LogboomError } from '../../src/errors.ts';
import { decodeRecord } from '../../src/journal/record.ts';
import { Decoder } from '../../src/lumberjack/decoder.ts';
import { AckDecoder } from '../../src/lumberjack/encoder.ts';
import type { Limits } from '../../src/lumberjack/frames.ts';
import { readPayload } from '../../src/lumberjack/payload.ts';
import type { ReceivedWindow } from '../../src/lumberjack/received-window.ts';
import type { ReadEvent } from '../../src/parsers/event.ts';
import { printQuery } from '../../src/rules/kql/ast.ts';
import { compileQuery } from '../../src/rules/kql/compile.ts';
import { kibanaQuery } from '../../src/rules/kql/kibana.ts';
import { parseQuery } from '../../src/rules/kql/parser.ts';
import { messageProblems, ruleProblems } from '../../src/rules/problems.ts';
import { readEvent } from '../support/events.ts';
import { fieldsOf } from '../support/fields.ts';
import { gist, type Target } from './campaign.ts';
import { inputTargets } from './input-targets.ts';

/** What became of it; an expected failure is its code, any other is a defect. */
export function outcomeOf(work: () => string): string {
  try {
    return work();
  } catch (error) {
    if (error instanceof LogboomError) return `${error.code} ${gist(error.message)}`;
    throw error;
  }
}

const limits: Limits = {
  maxWindowEvents: 50,
  maxEventBytes: 4_000,
  maxCompressedBytes: 8_000,
  maxInflatedBytes: 20_000,
  maxPairs: 8,
};

/** The first byte says how the rest is cut into chunks. */
const decoder: Target = {
  words: ['2W', '1W', '2J', '1D', '2C', '2A', '\0\0\0\x01', '\0\0\0\0', '{}', '{"a":1}'],
  run(input) {
    const windows: ReceivedWindow[] = [];
    const step = 1 + (input[0] ?? 0);
    const decode = new Decoder(limits);
    const end = outcomeOf(() => {
      for (let at = 1; at < input.length; at += step) {
        decode.push(Buffer.from(input.subarray(at, at + step)), windows);
        if (decode.heldBytes > 100_000) throw new Error(`the decoder holds ${decode.heldBytes} bytes`);
      }
      return 'whole';
    });
    for (const { count, payload, block } of windows) {
      if (count > limits.maxWindowEvents || block.count !== count) throw new Error('a limit was passed');
      if (readPayload(payload).count !== count) throw new Error('a payload reads otherwise than its window');
    }
    return `${end} ${Math.min(windows.length, 5)}`;
  },
};

const acks: Target = {
  words: ['2A', '1A', '\0\0\0\x01'],
  run: (input) => outcomeOf(() => `${new AckDecoder().push(input).length > 0}`),
};

/** Everything that is asked of an event, and the document made of it, which must be one line of JSON. */
function readAll(event: ReadEvent): string {
  const names = event.names('*');
  for (const name of names.slice(0, 200)) event.get(name);
  for (const name of ['message', 'host.name', 'a.b.c', 'url.path', 'tags', '__proto__', '']) event.get(name);
  if (!Number.isFinite(event.time)) throw new Error(`the time is ${event.time}`);
  const text = event.document();
  if (/[\n\r]/.test(text)) throw new Error('a document has more than one line');
  JSON.parse(text);
  const how = [event.problem, event.parseFailure].map((words) => gist(words ?? '')).join(' ');
  return `${how} ${Math.min(names.length, 40)}`;
}

const walker: Target = {
  words: [
    '"@timestamp":',
    '"message":',
    '"@metadata":',
    '"a.b":',
    '\\u0000',
    '\\ud800',
    '{"',
    '":[',
    '1e5',
    'null',
  ],
  run: (input) => readAll(readEvent(input)),
};

const parserOf = (parser: 'auto' | 'access' | 'json'): Target => ({
  words: [
    ' - - [',
    '"GET / HTTP/1.1" ',
    '21/Nov/2026:05:40:07 +0000',
    '\\x22',
    '{"time":',
    '"level":',
    '::1',
    '404 ',
    '-',
  ],
  run: (input) =>
    readAll(readEvent({ message: input.toString() }, { default: parser, zone: 'Europe/Berlin' })),
});

const event = fieldsOf({
  message: 'the quick brown fox timed out after 10.5 seconds',
  'http.response.status_code': 503,
  'host.name': 'web-1',
  'source.ip': '10.1.2.3',
  'log.level': 'error',
  '@timestamp': '2026-11-21T05:40:07.490Z',
  tags: ['a', 'b'],
});

const kql: Target = {
  words: [
    ' and ',
    ' or ',
    'not ',
    ':',
    '"',
    '(',
    ')',
    '*',
    '>=',
    '<',
    '{',
    '}',
    '/',
    'message',
    'host.name',
    '\\',
  ],
  run: (input) =>
    outcomeOf(() => {
      const text = input.toString();
      const printed = printQuery(parseQuery(text));
      const again = printQuery(parseQuery(printed));
      if (again !== printed) throw new Error(`printed as ${printed}, which reads as ${again}`);
      parseQuery(kibanaQuery(text));
      return `${compileQuery(text)(event)} ${printed.replace(/[\w.-]+/g, 'x').slice(0, 60)}`;
    }),
};

/** A pattern, a line break, and the text that it is held against. */
const patterns: Target = {
  words: ['.*', '(a|a)*', '(a+)+', '{1,1000}', '[^a]', '\\p{L}', '(?i)', '(?:', '*', '?', '^', '$', '\\'],
  run: (input) =>
    outcomeOf(() => {
      const [pattern = '', text = ''] = input.toString().split('\n', 2);
      const fields = fieldsOf({ message: text });
      return `${compileQuery(`message: /${pattern.replaceAll('/', '')}/`)(fields)}`;
    }),
};

/** The same of the store: what requests, templates and index names may hold. */
const storePatterns: Target = {
  words: [
    ...patterns.words,
    'yyyy-MM-dd',
    '||',
    "'T'",
    'epoch_millis',
    'SSS',
    'now-1d/d',
    '<1-9>',
    '~',
    '@',
    '&',
  ],
  run(input) {
    const [pattern = '', text = ''] = input.toString().split('\n', 2);
    const template = { t: { match: pattern, match_pattern: 'regex', mapping: { type: 'keyword' } } };
    const attempts: (() => unknown)[] = [
      () => wildcard(pattern).test(text),
      () => wildcardTest(pattern)(text),
      () => regexpTest(pattern, true)(text),
      () => parseDate(text, pattern) !== undefined,
      () => dynamicDefinition({ dynamic_templates: [template] }, text, 'x', false).type,
      () => Number.isFinite(parseDateMath(text, { now: 0 } as never)),
    ];
    return attempts.map((one) => storeOutcome(one)).join(' ');
  },
};

function storeOutcome(work: () => unknown): string {
  try {
    return String(work());
  } catch (error) {
    if (error instanceof StoreError || error instanceof MalformedValue)
      return gist(error.message).slice(0, 20);
    throw error;
  }
}

/** A file of the operator’s own: it must not crash, but its checks may take time that grows faster than its length. */
const longestFile = 8 * 1024;

const configuration: Target = {
  words: [
    'rules:',
    '\n- ',
    ': ',
    'when: ">= 1"',
    '&a ',
    '*a',
    '<<: *a',
    '!!binary ',
    '$' + '{HOME}',
    '$' + '{X:y}',
    '{ file: /x }',
    '__proto__:',
  ],
  run(input) {
    const { problems } = loadConfig({
      path: 'x.yml',
      env: { HOME: '/root', X: '{a: [' },
      readFile: () => input.toString('utf8', 0, longestFile),
      checks: [ruleProblems, messageProblems],
    });
    return problems
      .map((one) => gist(formatProblem(one, 'x.yml').replace(/^.*\n/, '')))
      .join('|')
      .slice(0, 200);
  },
};

/**
 * A header of a length that the first byte gives. Every other one is sealed anew, so that more than the seal is tried;
 * of such a one, which logboom never writes, no more is asked than that it ends.
 */
const records: Target = {
  words: ['{"input":"lumberjack"}', '\0\0\0\x01', '2J', '2C', '1D'],
  run(input) {
    const length = input[0] ?? 0;
    const header = Buffer.from(input.subarray(1, 1 + length));
    const payload = Buffer.from(input.subarray(1 + length));
    if (header.length >= 32 && length % 2 === 1)
      header.writeUInt32BE(crc32(payload, crc32(header.subarray(8), crc32(header.subarray(0, 4)))), 4);
    return outcomeOf(() => {
      const record = sound(() => decodeRecord(1, header, payload));
      if (record === undefined || record.kind === 'tick') return record?.kind ?? 'no origin';
      return `${record.encoding} ${readPayload(record.payload).count > 0}`;
    });
  },
};

function sound<Value>(work: () => Value): Value | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

export const pureTargets: Record<string, Target> = {
  'lumberjack-decoder': decoder,
  'ack-decoder': acks,
  'field-walker': walker,
  'lines-auto': parserOf('auto'),
  'lines-access': parserOf('access'),
  'lines-json': parserOf('json'),
  kql,
  patterns,
  'store-patterns': storePatterns,
  configuration,
  'journal-record': records,
  ...inputTargets,
};
