import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Engine } from '../../src/engine.ts';
import { newFolder, type TestAnswer, type TestStore, testStore } from '../support.ts';

interface Operation {
  action: 'create' | 'index' | 'delete';
  id: string;
  n: number;
  /** A document that is not read from its bytes. */
  isOdd: boolean;
}

/** Ids that begin alike, of all lengths: a group holds those that differ in their last two bytes. */
const ids = [
  'a',
  'b',
  'ab',
  'abc',
  'abd',
  'abcd',
  'run-1',
  'run-2',
  'run-3',
  'run-4',
  'run-10',
  'run-11',
  'é',
  'ré',
  'rê',
  '_-',
];
const operation = fc.record({
  action: fc.constantFrom('create', 'create', 'create', 'index', 'delete') as fc.Arbitrary<
    Operation['action']
  >,
  id: fc.constantFrom(...ids),
  n: fc.nat(99),
  isOdd: fc.boolean(),
});

const sourceOf = ({ n, isOdd }: Operation) =>
  isOdd ? `{"n":[${n}],"x.y":1}` : `{"n":${n},"text":"${'t'.repeat(n)}"}`;

function bodyOf(operations: Operation[]): string {
  return operations
    .map((one) => {
      const action = `{"${one.action}":{"_index":"i","_id":"${one.id}"}}\n`;
      return one.action === 'delete' ? action : `${action}${sourceOf(one)}\n`;
    })
    .join('');
}

/** The documents as they have to be: version and source by id. */
type Model = Map<string, { version: number; source: string }>;

function expectedStatus(model: Model, one: Operation): number {
  const old = model.get(one.id);
  if (one.action === 'delete') return model.delete(one.id) ? 200 : 404;
  if (old && one.action === 'create') return 409;
  model.set(one.id, { version: (old?.version ?? 0) + 1, source: sourceOf(one) });
  return old ? 200 : 201;
}

const statusesOf = (answer: TestAnswer) =>
  (answer.at('items') as Record<string, { status: number }>[]).map((item) => Object.values(item)[0]!.status);

async function check(store: TestStore, model: Model): Promise<void> {
  for (const id of ids) {
    const answer = await store.request('GET', `/i/_doc/${encodeURIComponent(id)}`);
    const known = model.get(id);
    expect([id, answer.at('found') ?? false]).toEqual([id, known !== undefined]);
    if (!known) continue;
    expect([answer.at('_version'), answer.at('_source')]).toEqual([known.version, JSON.parse(known.source)]);
  }
  if (model.size > 0) expect((await store.ids('i', { size: 100 })).sort()).toEqual([...model.keys()].sort());
}

describe('documents that are written in blocks', () => {
  it('are created, replaced, removed and found like single ones, also after a restart', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(operation, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 6 }),
        async (requests) => {
          const folder = newFolder();
          const model: Model = new Map();
          for (const operations of requests) {
            const store = await testStore({ folder });
            const answer = await store.request('POST', '/_bulk', bodyOf(operations));
            expect(statusesOf(answer)).toEqual(operations.map((one) => expectedStatus(model, one)));
            await check(store, model);
            await store.stop();
          }
          const store = await testStore({ folder });
          await check(store, model);
          await store.stop();
        },
      ),
      { numRuns: 30 },
    );
  });

  it('are not those of a block whose last documents were removed, where their sequences are given again', async () => {
    const folder = newFolder();
    const one = (action: Operation['action'], id: string) => ({ action, id, n: 1, isOdd: false });
    const requests = [
      [one('create', 'a')],
      [
        one('create', 'b'),
        one('create', 'run-1'),
        one('create', 'run-2'),
        one('delete', 'run-1'),
        one('delete', 'run-2'),
      ],
      [one('create', 'run-3'), one('create', 'run-4')],
      [one('delete', 'run-3'), one('delete', 'run-4')],
    ];
    const model: Model = new Map();
    for (const operations of requests) {
      const store = await testStore({ folder });
      const statuses = statusesOf(await store.request('POST', '/_bulk', bodyOf(operations)));
      expect(statuses).toEqual(operations.map((operation) => expectedStatus(model, operation)));
      await check(store, model);
      await check(store, model);
      await store.stop();
    }
  });

  it('take few entries, and leave none behind', async () => {
    const folder = newFolder();
    const store = await testStore({ folder });
    const numbers = Array.from({ length: 3_000 }, (_, n) => n);
    const body = bodyOf(numbers.map((n) => ({ action: 'create', id: `run-${n}`, n: n % 100, isOdd: false })));
    expect(new Set(statusesOf(await store.request('POST', '/_bulk', body)))).toEqual(new Set([201]));
    expect(new Set(statusesOf(await store.request('POST', '/_bulk', body)))).toEqual(new Set([409]));
    const removed = numbers.filter((n) => n % 7 !== 0);
    const removal = bodyOf(removed.map((n) => ({ action: 'delete', id: `run-${n}`, n, isOdd: false })));
    expect(new Set(statusesOf(await store.request('POST', '/_bulk', removal)))).toEqual(new Set([200]));
    expect((await store.request('GET', '/i/_count')).at('count')).toBe(numbers.length - removed.length);
    await store.stop();
    const engine = new Engine(`${folder}/store`, Date.now);
    const entries = () =>
      (['documents', 'ids', 'blocks', 'groups'] as const).map(
        (name) => [...engine.files[name].getKeys()].length,
      );
    // The first document of an index finds no mapping, and is written alone.
    expect(entries().slice(0, 2)).toEqual([1, 1]);
    expect(entries()[2]).toBeLessThan(100);
    expect(entries()[3]).toBeLessThan(100);
    await engine.write(() => {
      const { shard } = engine.open('i');
      for (const n of numbers.filter((one) => one % 7 === 0)) shard.delete(shard.find(`run-${n}`)!);
    });
    expect(entries()).toEqual([0, 0, 0, 0]);
    await engine.close();
  });
});
