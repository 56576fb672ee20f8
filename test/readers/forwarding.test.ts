import { describe, expect, it } from 'vitest';
import { type ConfigInput, schema } from '../../src/config/schema/schema.ts';
import { Forwarding, forwardProblem, journalReaders } from '../../src/readers/forwarder/forwarding.ts';
import type { Reader } from '../../src/readers/reader.ts';
import { foldersOf, type ReaderData } from '../../src/readers/reader-port.ts';

type Forward = ConfigInput['forward'];
const configOf = (forward: Forward) => schema.parse(forward ? { forward } : {});
const logs = { hosts: ['logs:5044'] };

/** A forwarding whose threads are started in name only; what happens to them and to the journal is written down. */
function aForwarding() {
  const done: string[] = [];
  const fails = { next: false };
  let started = 0;
  const forwarding = new Forwarding({
    journal: {
      committed: () => 7,
      setReaders: ({ readers, lagging = {} }) =>
        void done.push(`kept for ${[...readers.slice(2), ...Object.keys(lagging)].join() || 'nobody'}`),
    },
    start: async ({ from, config }) => {
      if (fails.next) throw new Error('no thread');
      const name = `${++started} to ${config.forward!.hosts.join()}`;
      done.push(`starts ${name} after ${from}`);
      const stop = async () => {
        // Longer than a start takes.
        await new Promise((resolve) => setTimeout(resolve, 20));
        done.push(`stops ${name}`);
      };
      return { name, stop } as unknown as Reader;
    },
  });
  const to = (forward: Forward) => {
    const config = configOf(forward);
    return forwarding.reload({ config, folders: foldersOf('data') } as ReaderData);
  };
  return { forwarding, to, done, fails };
}

describe('forwarding', () => {
  it('is no reader where it is not configured', async () => {
    const { forwarding, to, done } = aForwarding();
    await to(undefined);
    expect(forwarding.reader).toBeUndefined();
    expect(done).toEqual(['kept for nobody']);
  });

  it('comes, changes and goes: the journal keeps for it first, and the next begins when the last has ended', async () => {
    const { forwarding, to, done } = aForwarding();
    await Promise.all([to(logs), to({ hosts: ['other'] }), to(undefined)]);
    expect(done).toEqual([
      'kept for forwarder',
      'starts 1 to logs:5044 after 7',
      'kept for forwarder',
      'stops 1 to logs:5044',
      'starts 2 to other after 7',
      'kept for nobody',
      'stops 2 to other',
    ]);
    expect(forwarding.reader).toBeUndefined();
  });

  it.each<[string, Forward]>([
    ['nothing', logs],
    ['how much is kept', { ...logs, maxLag: '1gb' }],
    ['whom it holds', { ...logs, onFull: 'hold' }],
  ])('goes on with its connections where %s changes', async (_, forward) => {
    const { to, done } = aForwarding();
    await to(logs);
    await to(forward);
    expect(done).toEqual(['kept for forwarder', 'starts 1 to logs:5044 after 7', 'kept for forwarder']);
  });

  it('tells that its thread does not start, and takes the next change up', async () => {
    const { forwarding, to, fails } = aForwarding();
    fails.next = true;
    await expect(to(logs)).rejects.toThrow('no thread');
    expect(forwarding.reader).toBeUndefined();
    fails.next = false;
    await to(logs);
    expect(forwarding.reader).toBeDefined();
  });

  it('ends with what is under way, and changes no more', async () => {
    const { forwarding, to, done } = aForwarding();
    await to(logs);
    const changing = to({ hosts: ['other'] });
    await Promise.resolve();
    await Promise.all([forwarding.stop(1_000), changing]);
    expect(done.slice(-3)).toEqual(['stops 1 to logs:5044', 'starts 2 to other after 7', 'stops 2 to other']);
    await to(logs);
    expect(done.at(-1)).toBe('stops 2 to other');
  });
});

describe('the journal keeps', () => {
  it.each<[string, Forward, object]>([
    ['nothing for whom nothing is sent', undefined, { readers: ['analyser', 'indexer'] }],
    [
      'so much',
      { ...logs, maxLag: '1kb' },
      { readers: ['analyser', 'indexer'], lagging: { forwarder: 1024 } },
    ],
    ['everything', { ...logs, onFull: 'hold' }, { readers: ['analyser', 'indexer', 'forwarder'] }],
  ])('%s', (_, forward, readers) => {
    expect(journalReaders(configOf(forward))).toEqual(readers);
  });
});

describe('settings that cannot be used', () => {
  it.each<[string, Forward, RegExp | undefined]>([
    ['none', logs, undefined],
    ['no forwarding', undefined, undefined],
    ['a file that is not there', { ...logs, ssl: { certificate_authorities: ['gone.pem'] } }, /gone\.pem/],
  ])('%s', (_, forward, problem) => {
    const found = forwardProblem(configOf(forward));
    if (problem) expect(found).toMatch(problem);
    else expect(found).toBeUndefined();
  });
});
