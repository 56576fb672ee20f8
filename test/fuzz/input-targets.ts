import { withLastOfDuplicates } from '../../src/events/index.ts';
import { BatchBuilder } from '../../src/inputs/batch-builder.ts';
import { EventMaker } from '../../src/inputs/documents/event-maker.ts';
import { networkFields } from '../../src/inputs/event-fields.ts';
import { readBulk } from '../../src/inputs/http/bulk.ts';
import { ElasticsearchError } from '../../src/inputs/http/elasticsearch-error.ts';
import { readEvents } from '../../src/inputs/http/events-body.ts';
import { decompressLz4, decompressSnappy } from '../../src/inputs/kafka/codecs.ts';
import { peerAt } from '../../src/inputs/network/peer.ts';
import { splitLines } from '../../src/journal/record.ts';
import { readProxyHeader } from '../../src/listeners/reception.ts';
import type { Target } from './campaign.ts';

const maker = new EventMaker({
  fields: networkFields({ kind: 'http', dataset: 'shop', fields: { 'service.name': 'cart' }, tags: ['t'] }),
  ...{ peer: peerAt('192.0.2.7', 1), maxMessage: 5_000, truncated: () => {} },
});
maker.setTime('2026-11-29T10:00:00.000Z');

/** Every event that is stored must be one line, whatever was sent. */
function stored(add: (builder: BatchBuilder) => void): string {
  const builder = new BatchBuilder({ bytes: 1e6, events: 1e6 });
  add(builder);
  const { payload, count, block } = builder.take();
  if (splitLines(payload).count !== count || block.count !== count) throw new Error('an event has two lines');
  for (const line of payload.toString().split('\n').slice(0, 100)) if (line !== '') JSON.parse(line);
  return `${Math.min(count, 5)}`;
}

function refusedOr(work: () => string): string {
  try {
    return work();
  } catch (error) {
    if (error instanceof ElasticsearchError) return `${error.status} ${error.type}`;
    throw error;
  }
}

const words = [
  '{"create":{"_index":"a"}}\n',
  '{"@timestamp":"2026-11-29T10:00:00Z"}\n',
  '[',
  ']',
  '{"a":1}',
  '"tags":["x"]',
  '\n',
  '\\u0000',
];

const bulk: Target = {
  words,
  run: (input) =>
    refusedOr(() => {
      const body = Buffer.from(input);
      const actions = readBulk(body, {});
      return stored((builder) => {
        for (const { meta, from, to } of actions)
          maker.document(builder, body, from, to, { index: meta.index });
      });
    }),
};

const events: Target = {
  words,
  run: (input) =>
    refusedOr(() => {
      const body = Buffer.from(input);
      const parts = readEvents(body, '');
      return stored((builder) => {
        for (const { kind, from, to } of parts)
          if (kind === 'line' || maker.document(builder, body, from, to) !== undefined)
            maker.line(builder, body, from, to);
      });
    }),
};

const codecs: Target = {
  words: ['\x82SNAPPY\0', '\x04\x22\x4d\x18', '\0\0\0\x01'],
  run: (input) =>
    [decompressSnappy, decompressLz4]
      .map((decompress) => {
        try {
          return decompress(Buffer.from(input)).length > 0;
        } catch (error) {
          if (!(error as Error).message.includes('is damaged')) throw error;
          return 'damaged';
        }
      })
      .join(),
};

/** A header is read the same in one piece and in two, and never says that it is longer than what came. */
const proxyHeaders: Target = {
  words: ['PROXY TCP4 ', 'PROXY UNKNOWN', '\r\n', '\r\n\r\n\0\r\nQUIT\n', '\x21\x11\0\x0c', '203.0.113.7 '],
  run: (input) => {
    const bytes = Buffer.from(input);
    const whole = readProxyHeader(bytes);
    const part = readProxyHeader(bytes.subarray(0, bytes.length >> 1));
    if (whole.kind === 'header' && whole.length > bytes.length)
      throw new Error('a header is longer than it is');
    if (part.kind === 'header' && JSON.stringify(part) !== JSON.stringify(whole))
      throw new Error('a header that was complete changed with what followed');
    return whole.kind;
  },
};

/** What is written anew means the same, and is not written anew again. */
const repeatedKeys: Target = {
  words: ['{"a":', '"a":', ',', '}', '[', ']', '"\\u0061":', '1e5', '\\"', 'null'],
  run: (input) => {
    const text = Buffer.from(input).toString();
    const written = withLastOfDuplicates(text);
    if (written === undefined) return 'as it is';
    if (JSON.stringify(JSON.parse(written)) !== JSON.stringify(JSON.parse(text)))
      throw new Error('it means something else');
    if (withLastOfDuplicates(written) !== undefined) throw new Error('a key still occurs twice');
    return 'anew';
  },
};

export const inputTargets = {
  'http-bulk': bulk,
  'http-events': events,
  'kafka-codecs': codecs,
  'proxy-header': proxyHeaders,
  'repeated-keys': repeatedKeys,
};
