import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { schema } from '../../src/config/schema/schema.ts';
import { LineWrapper } from '../../src/events/index.ts';
import { EventReader } from '../../src/parsers/event.ts';
import { rounds } from '../support/rounds.ts';

const { parsers, time } = schema.parse({});
const batch = { origin: { input: 'files', connection: 'files', address: '' }, receivedAt: Date.UTC(2030, 0) };

const asked = [
  ...[
    'http.response.status_code',
    'http.response.body.bytes',
    'event.outcome',
    'event.kind',
    'event.dataset',
  ],
  ...['source.ip', 'source.address', 'source.port', 'user.name', 'network.forwarded_ip', 'host.name'],
  ...[
    'http.request.method',
    'http.request.referrer',
    'http.version',
    'user_agent.original',
    'tags',
    'nothing',
  ],
  ...[
    'url.original',
    'url.path',
    'url.query',
    'url.domain',
    'message',
    'event.duration',
    '@timestamp',
    'list',
  ],
];

const text = fc.string({
  unit: fc.constantFrom(
    'a',
    'Z',
    '7',
    '.',
    '-',
    ' ',
    '/',
    '?',
    '"',
    '\\',
    '\t',
    '[',
    ']',
    ',',
    ':',
    'ä',
    '€',
    '\u0001',
  ),
  maxLength: 12,
});
const often = <T>(usual: T, other: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 6, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: other });

const line = fc
  .record({
    before: often(
      '',
      fc.constantFrom('www.example.org ', '<190>Nov 20 10:00:00 host nginx: ', 'a "b" ', '\t'),
    ),
    client: often(
      '192.0.2.7',
      fc.constantFrom('::1', '[::1]:80', 'host-1', '-', '10.0.0.1, 192.0.2.9', '10.1.1.1', 'ä'),
    ),
    user: often('-', fc.oneof(text, fc.constantFrom('frank', 'two words', 'a"b', 'do\\main'))),
    stamp: often('17/May/2015:10:05:03 +0000', fc.constantFrom('31/Feb/2015:10:05:03 +0000', '17/May/2015')),
    request: often(
      'GET /a?b=c HTTP/1.1',
      fc.oneof(
        text,
        fc.constantFrom(
          '-',
          '',
          'GET / HTTP/1.1 HTTP/1.0',
          'PUT http://h/x HTTP/1.1',
          'GET /\\"x HTTP/1.1',
          'GET /\tx HTTP/1.1',
          'GET /ä HTTP/1.1',
        ),
      ),
    ),
    status: often('200', fc.constantFrom('404', '-', '0', '099', '1000', '20x', '')),
    bytes: often('512', fc.constantFrom('-', '0', '9007199254740993', '5 5', 'x')),
    referrer: often(
      '"-"',
      fc.oneof(
        text.map((one) => `"${one}"`),
        fc.constantFrom('', '"http://r/"', '"\\x41"', '"a\\\\b"', '"a\\"b"', '"a"b"'),
      ),
    ),
    agent: often(
      '"Mozilla/5.0 (X11; ä)"',
      fc.oneof(
        text.map((one) => `"${one}"`),
        fc.constantFrom('', '"-"', '"a\tb"', '"a\\x41b"'),
      ),
    ),
    more: often(
      '',
      fc.constantFrom(
        ' ',
        '  ',
        ' "203.0.113.5"',
        ' 0.005',
        ' "x" 7',
        ' 432 0.005 [a-b] [] 10.0.0.1:80 7 0.001 200',
        ' trailing',
        '\r',
      ),
    ),
    cut: often(0, fc.integer({ min: 1, max: 150 })),
  })
  .map(({ before, client, user, stamp, request, status, bytes, referrer, agent, more, cut }) => {
    const whole = `${before}${client} - ${user} [${stamp}] "${request}" ${status} ${bytes} ${referrer} ${agent}${more}`;
    return cut === 0 ? whole : whole.slice(0, cut);
  });

const fields = fc.constantFrom(
  {},
  { 'event.dataset': 'nginx.access', host: { name: 'web-1' }, list: ['a', 'b'] },
  { 'event.dataset': 'my.app' },
  { message: 'x' },
  { host: 'web-1' },
);

/** What is read of each line, asked in this order. */
function readAll(lines: Buffer, how: 'wrap' | 'split', order: readonly string[], more: object) {
  const reader = new EventReader({ parsers, time });
  const wrapper = new LineWrapper({ ...more });
  reader.open(wrapper[how](lines), batch);
  const found: unknown[] = [];
  for (let event = reader.next(); event !== undefined; event = reader.next()) {
    const one = event;
    const read: Record<string, () => unknown> = {
      time: () => [one.time, one.timeSource, one.statedTime, one.isAhead],
      source: () => [one.source, one.dataset],
      failure: () => one.parseFailure,
      names: () => one.names('*').sort(),
      document: () => one.document(),
      raw: () => one.raw().toString(),
    };
    found.push(
      order.map((name) =>
        name.startsWith('has ') ? one.has(name.slice(4)) : (read[name]?.() ?? one.get(name)),
      ),
    );
  }
  return found;
}

const orders = fc.shuffledSubarray([
  ...asked,
  ...asked.map((name) => `has ${name}`),
  ...['time', 'source', 'failure', 'names', 'document', 'raw', 'time'],
]);

describe('lines that are read as they lie in a file', () => {
  it('are read as in JSON, whatever is asked for first', () => {
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 6 }), orders, fields, (lines, order, more) => {
        const bytes = Buffer.from(`${lines.join('\n')}\n`);
        expect(readAll(bytes, 'split', order, more)).toEqual(readAll(bytes, 'wrap', order, more));
      }),
      { numRuns: rounds('PROPERTY_RUNS', 400) },
    );
  });

  it('are read as in JSON: the 10,000 real ones, and bytes that are no UTF-8', () => {
    const bytes = readFileSync(new URL('../fixtures/apache-combined.log', import.meta.url));
    const broken = Buffer.concat([
      bytes.subarray(0, 20_000),
      Buffer.from([0xff, 0xc3]),
      bytes.subarray(20_000, 40_000),
    ]);
    for (const lines of [bytes, broken])
      for (const order of [
        ['http.response.status_code', ...asked],
        ['time', ...asked, 'failure'],
      ])
        expect(readAll(lines, 'split', order, {})).toEqual(readAll(lines, 'wrap', order, {}));
  });
});
