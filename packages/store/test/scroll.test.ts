import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { Scrolls } from '../src/search/contexts.ts';
import type { Scroll } from '../src/search/scroll.ts';
import { startStore } from '../src/store.ts';
import { newFolder, send, type TestAnswer, type TestStore, testStore } from './support.ts';

/** More hits than a scroll holds at once, several times over. */
const total = 45_000;
const idsIn = (answer: TestAnswer) => (answer.at('hits.hits') as { _id: string }[]).map(({ _id }) => _id);

async function fill(store: TestStore): Promise<void> {
  for (let from = 0; from < total; from += 5_000) {
    const numbers = Array.from({ length: 5_000 }, (_, at) => from + at);
    const documents = numbers.map((n) => [`d${n}`, { n: n % 11, text: n % 4 === 0 ? 'one two' : 'one' }]);
    await store.index(from < 20_000 ? 'x1' : 'x2', Object.fromEntries(documents));
  }
}

async function scrolled(store: TestStore, body: object, between: () => Promise<unknown>): Promise<string[]> {
  let answer = await store.request('POST', '/x*/_search?scroll=5m', { size: 7_000, ...body });
  const ids: string[] = [];
  while (idsIn(answer).length > 0) {
    expect([answer.status, answer.at('hits.total.value')]).toEqual([200, total]);
    ids.push(...idsIn(answer));
    await between();
    answer = await store.request('POST', '/_search/scroll', { scroll_id: answer.at('_scroll_id') });
  }
  return ids;
}

describe('a scroll through more than it holds at once', () => {
  it('gives each hit once and in order, whatever is written meanwhile', async () => {
    const store = await testStore();
    await fill(store);
    const all = Array.from({ length: total }, (_, n) => n);
    let added = 0;
    const write = () => store.index('x1', { [`later${added++}`]: { n: 5, text: 'one two two two two two' } });
    const byKey = (key: (n: number) => number) =>
      all.toSorted((a, b) => key(a) - key(b) || Number(a >= 20_000) - Number(b >= 20_000) || a - b);
    const named = (numbers: number[]) => numbers.map((n) => `d${n}`);
    expect(await scrolled(store, { sort: [{ n: 'desc' }] }, async () => {})).toEqual(
      named(byKey((n) => -(n % 11))),
    );
    const byScore = await scrolled(store, { query: { match: { text: 'one two' } } }, write);
    expect(byScore.toSorted()).toEqual(named(all).toSorted());
  });

  it('ends quietly when its index goes, and its documents with it', async () => {
    const config = { host: '127.0.0.1', port: 0, keepAge: 1e9, keepSize: 1e12 };
    const store = await startStore({ folder: newFolder(), config });
    const numbers = Array.from({ length: 500 }, (_, n) => `{"index":{"_index":"x"}}\n{"n":${n}}\n`);
    await send(store.url, 'POST', '/_bulk', numbers.join(''));
    const first = await send(store.url, 'POST', '/x/_search?scroll=1h&size=1', {});
    await send(store.url, 'DELETE', '/x');
    store.keep(config);
    let pages = 0;
    for (let hits = 1; hits > 0 && pages < 500; pages++) {
      const next = await send(store.url, 'POST', '/_search/scroll', { scroll_id: first.at('_scroll_id') });
      expect(next.status).toBe(200);
      hits = idsIn(next).length;
    }
    await store.stop();
    expect(pages).toBeLessThan(500);
  });

  it('does not show an index that came later under the same name in a point in time', async () => {
    const store = await testStore();
    await store.index('x', { a: { n: 1 }, b: { n: 2 } });
    const { at } = await store.request('POST', '/x/_pit?keep_alive=1m');
    await store.request('DELETE', '/x');
    await store.index('x', { c: { n: 1 }, d: { n: 2 } });
    const answer = await store.request('POST', '/_search', { pit: { id: at('id') } });
    expect([answer.status, idsIn(answer)]).toEqual([200, []]);
  });
});

it('lets go of what nobody asked for within its time', async () => {
  const scrolls = new Scrolls(Date.now);
  scrolls.open({} as Scroll, 20);
  expect(scrolls.count).toBe(1);
  // Timers that keep no process alive, so something else must.
  await vi.waitFor(async () => {
    await sleep(10);
    expect(scrolls.count).toBe(0);
  });
});
