import { pack, unpack } from 'msgpackr';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import {
  maybeNumber,
  nested,
  number,
  objectOf,
  renamedKey,
  SnapshotError,
  SnapshotFormat,
} from '../../src/util/snapshot.ts';

interface Counter {
  name: string;
  count: number;
  peak: number | undefined;
  label?: string | undefined;
  groups: [name: string, times: number[]][];
}

const schema = objectOf<Counter>({
  name: z.string(),
  count: number,
  peak: maybeNumber,
  label: z.string().optional(),
  groups: z.array(z.tuple([z.string(), z.array(number)])),
});
const counter: Counter = { name: 'a', count: 3, peak: undefined, groups: [['g', [1, 2]]] };
const first = new SnapshotFormat({ component: 'The counter', schema });

/** As a checkpoint brings it back from disk. */
const stored = (snapshot: unknown): unknown => unpack(pack(snapshot));

describe('a snapshot', () => {
  it('brings back from disk what was written', () => {
    expect(first.read(stored(first.write(counter)))).toEqual(counter);
  });

  it('of version 1 is the state as it is, which earlier releases wrote', () => {
    expect(first.version).toBe(1);
    expect(first.write(counter)).toBe(counter);
  });

  it.each([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NaN, 0.1])(
    'keeps the number %s',
    (count) => {
      expect(first.read(stored(first.write({ ...counter, count }))).count).toBe(count);
    },
  );

  it('keeps keys that the schema does not name, for a newer version may have written them', () => {
    expect(first.read({ ...counter, more: 1 })).toEqual({ ...counter, more: 1 });
  });

  it('does not share what is described with what was read, so that restoring twice gives two states', () => {
    const snapshot = first.write(counter);
    first.read(snapshot).groups[0]![1].push(9);
    expect(first.read(snapshot).groups).toEqual([['g', [1, 2]]]);
  });

  it('leaves the snapshot of a part to the part', () => {
    const part = { anything: [1] };
    const format = new SnapshotFormat({
      component: 'The whole',
      schema: objectOf<{ part: object }>({ part: nested() }),
    });
    expect(format.read(format.write({ part })).part).toBe(part);
  });

  const damaged: [what: string, snapshot: unknown, message: string][] = [
    ['nothing', undefined, 'The counter cannot go on from this snapshot: at its root: '],
    ['another type', [1], 'at its root: '],
    ['a key that is missing', { ...counter, count: undefined }, 'at count: expected a number'],
    [
      'an element of another type',
      { ...counter, groups: [['g', [1, '2']]] },
      'at groups[0][1][1]: expected a number',
    ],
    ['a tuple that is too short', { ...counter, groups: [['g']] }, 'at groups[0]'],
  ];
  it.each(damaged)('is refused, with the place, where it holds %s', (_, snapshot, message) => {
    expect(() => first.read(snapshot)).toThrow(SnapshotError);
    expect(() => first.read(snapshot)).toThrow(message);
  });
});

describe('a format with earlier versions', () => {
  const migrations = [
    // Version 1 had a plain list of names.
    (state: unknown) => ({ names: state }),
    (state: unknown) => ({
      names: (state as { names: string[] }).names,
      size: (state as { names: string[] }).names.length,
    }),
  ];
  const third = new SnapshotFormat({
    component: 'The list',
    schema: objectOf<{ names: string[]; size: number }>({ names: z.array(z.string()), size: number }),
    migrations,
  });
  const state = { names: ['a', 'b'], size: 2 };

  it('writes its version', () => {
    expect(third.write(state)).toEqual({ version: 3, state });
  });

  it.each([
    ['1', ['a', 'b']],
    ['2', { version: 2, state: { names: ['a', 'b'] } }],
    ['3', { version: 3, state }],
  ])('reads version %s', (_, snapshot) => {
    expect(third.read(stored(snapshot))).toEqual(state);
  });

  it('checks what a migration came to', () => {
    expect(() => third.read([1])).toThrow('The list cannot go on from this snapshot: at names[0]: ');
  });

  it.each([null, 7])('says which migration failed on %j', (nonsense) => {
    const spoilt = () => third.read({ version: 2, state: nonsense });
    expect(spoilt).toThrow(SnapshotError);
    expect(spoilt).toThrow('The list cannot go on from this snapshot: the migration from version 2 failed: ');
  });

  it('renames a key, and keeps the others', () => {
    const renamed = new SnapshotFormat({
      component: 'The list',
      schema: objectOf<{ count: number; sum: number }>({ count: number, sum: number }),
      migrations: [renamedKey('visits', 'count')],
    });
    expect(renamed.read({ visits: 3, sum: 4 })).toEqual({ count: 3, sum: 4 });
    expect(() => renamed.read({ sum: 4 })).toThrow('at count: ');
  });

  it('refuses a version that only a newer logboom knows', () => {
    expect(() => third.read({ version: 4, state })).toThrow(
      'it has version 4, and this logboom reads versions up to 3',
    );
  });
});
