import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { schema } from '../../src/config/schema/schema.ts';
import { ByteWriter } from '../../src/events/index.ts';
import { Changes } from '../../src/processors/changes.ts';
import { ProcessedEvent } from '../../src/processors/processed-event.ts';
import { blockOf } from '../support/events.ts';

/** Changes a written document in any case. */
class Replacing extends Changes {
  override addTo(): boolean {
    return false;
  }
}

class ReplacedEvent extends ProcessedEvent {
  override readonly changes = new Replacing(() => this.failureTags());
}

const { parsers, time } = schema.parse({});
const options = { parsers, time };

const line = '192.0.2.1 - bob [17/May/2026:10:05:03 +0000] "GET /a?b=c HTTP/1.1" 200 5 "-" "curl/8.5.0"';
const scalar = fc.oneof(fc.constantFrom('x', '', 'long '.repeat(20), null, true), fc.nat(3));
const names = [
  'a',
  'a.b',
  'a.b.c',
  'event',
  'event.kind',
  'ecs.version',
  'labels',
  'labels.a_b',
  'http.version',
];
const values = fc.letrec<{ value: unknown; object: Record<string, unknown> }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 2 },
    scalar,
    fc.array(fc.oneof(scalar, tie('object')), { maxLength: 2 }),
    tie('object'),
  ),
  object: fc.dictionary(fc.constantFrom('b', 'c', 'kind', 'version', 'b.c'), tie('value'), { maxKeys: 3 }),
}));
const events = fc
  .record({
    members: fc.dictionary(fc.constantFrom(...names), values.value, { maxKeys: 4 }),
    message: fc.constantFrom(line, 'plain', '{"a":{"b":1},"event":{"kind":"k"}}'),
    tags: fc.constantFrom(undefined, ['t'], 'u'),
  })
  .map(({ members, message, tags }) => ({
    '@timestamp': '2026-05-17T10:05:04.000Z',
    '@metadata': { beat: 'filebeat' },
    message,
    ...(tags !== undefined && { tags }),
    ...members,
  }));
const fields = fc.array(
  fc.tuple(
    fc.constantFrom(
      ...names,
      'tags',
      'message',
      'service.name',
      'data_stream.dataset',
      'error.message',
      'url.path',
    ),
    fc.oneof(fc.constantFrom('set', 7, true), fc.constant(['one', 'two']), fc.constant(undefined)),
  ),
  { maxLength: 4 },
);
const stream = { type: 'logs', dataset: 'generic', namespace: 'default' };

function documentOf(
  event: ProcessedEvent,
  text: string,
  changes: readonly (readonly [string, never])[],
): unknown {
  event.open(blockOf(text), {
    origin: { input: '', connection: '', address: '' },
    receivedAt: Date.parse('2026-05-17T10:06:00Z'),
  });
  event.moveTo(0);
  for (const [name, value] of changes) event.set(name, value);
  const out = new ByteWriter(64);
  event.writeTo(out, stream);
  return JSON.parse(out.toString());
}

describe('fields that a processor adds', () => {
  it('make the document that they make where a written document is changed', () => {
    fc.assert(
      fc.property(events, fields, (event, changes) => {
        const text = JSON.stringify(event);
        const added = documentOf(new ProcessedEvent(options), text, changes as never);
        expect(added).toEqual(documentOf(new ReplacedEvent(options), text, changes as never));
      }),
      { numRuns: 300 },
    );
  });
});
