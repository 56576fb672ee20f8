import { describe, expect, it } from 'vitest';
import { groupingBy } from '../../../src/rules/group.ts';
import { Samples, sampleOf } from '../../../src/rules/run/samples.ts';
import { keptBytes } from '../../support/rules/heap.ts';
import { eventOf } from '../../support/rules/samples.ts';

const MB = 2 ** 20;
const groups = 100;
const long = (index: number) => `${index} ${'x'.repeat(500_000)}`;

/** Bytes that are kept after `work`, while its result is. */
function kept(work: () => unknown): number {
  const before = keptBytes();
  const result = work();
  const bytes = keptBytes() - before;
  expect(result).toBeDefined();
  return bytes;
}

describe('the memory of sample lines', () => {
  it('does not depend on the length of the lines', () => {
    const bytes = kept(() => {
      const samples = new Samples({ over: 1_000 });
      for (let index = 0; index < groups; index += 1)
        samples.offer(`g${index}`, eventOf({ time: index, message: long(index) }));
      return samples;
    });
    expect(bytes).toBeLessThan(5 * MB);
  });

  it('does not depend on the length of their fields', () => {
    const bytes = kept(() =>
      Array.from({ length: groups }, (_, index) =>
        sampleOf(eventOf({ time: index, message: 'm', fields: { 'log.file.path': long(index) } })),
      ),
    );
    expect(bytes).toBeLessThan(5 * MB);
  });

  it('is small where documents have ids', () => {
    const count = 20_000;
    const bytes = kept(() =>
      Array.from({ length: count }, (_, index) => {
        const id = `${(index % 7).toString(36)}-${index.toString(36)}-${(2 * index).toString(36)}-0`;
        return sampleOf(eventOf({ time: index, message: 'a line', storedAs: { id, index: 'logs' } }));
      }),
    );
    expect(bytes / count).toBeLessThan(500);
  });

  it('holds for the names of groups, too', () => {
    const { key } = groupingBy(['user']);
    const bytes = kept(() =>
      Array.from({ length: groups }, (_, index) => key(eventOf({ fields: { user: long(index) } }))),
    );
    expect(bytes).toBeLessThan(5 * MB);
  });
});

describe('a sample line', () => {
  it('has the beginning of a long text', () => {
    const { message, host } = sampleOf(
      eventOf({ message: `é${'x'.repeat(5_000)}`, fields: { 'host.name': 'h'.repeat(1_001) } }),
    );
    expect(message).toBe(`é${'x'.repeat(1_999)}`);
    expect(host).toBe('h'.repeat(1_000));
  });

  it('has what is known of its event, and nothing else', () => {
    const storedAs = { id: 'abc-1', index: 'logs-generic-default' };
    const fields = { 'service.name': 'shop', 'log.level': 'error', 'log.offset': 7 };
    expect(sampleOf(eventOf({ time: 0, message: 'm', fields, storedAs }), 5)).toStrictEqual({
      '@timestamp': '1970-01-01T00:00:00.000Z',
      message: 'm',
      service: 'shop',
      level: 'error',
      offset: 7,
      value: 5,
      id: 'abc-1',
      index: 'logs-generic-default',
    });
    expect(sampleOf(eventOf({ time: 0, message: 'm' }))).toStrictEqual({
      '@timestamp': '1970-01-01T00:00:00.000Z',
      message: 'm',
    });
  });
});
