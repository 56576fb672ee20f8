import { startStore } from '@logboom/store';
import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { NotConvertible } from '../../src/convert/elastalert-values.ts';
import { filtersToKql } from '../../src/convert/filter.ts';
import type { Fields, FieldValue } from '../../src/model.ts';
import { compileQuery } from '../../src/rules/kql/compile.ts';
import { aFolder } from '../support/folder.ts';
import { rounds } from '../support/rounds.ts';

type Event = Record<string, string | number>;

const messages = ['disk full', 'the disk is full', 'full disk', 'Disk', 'net down', undefined];
const hosts = ['a', 'a b', 'ab', 'b', undefined];
const numbers = [1, 2, 3, undefined];

/** All combinations of a full text, a keyword and a number, each of which may be missing. */
const events: [id: string, event: Event][] = messages.flatMap((message, m) =>
  hosts.flatMap((host, h) =>
    numbers.map((n, at): [string, Event] => {
      const all = { message, 'host.name': host, n };
      const given = Object.entries(all).filter(
        (one): one is [string, string | number] => one[1] !== undefined,
      );
      return [`${m}${h}${at}`, Object.fromEntries(given)];
    }),
  ),
);

const fieldsOf = (event: Event): Fields => ({
  get: (name): FieldValue => event[name],
  has: (name) => Object.keys(event).some((key) => key === name || key.startsWith(`${name}.`)),
  names: () => Object.keys(event),
});

const mappings = {
  properties: {
    message: { type: 'match_only_text' },
    host: { properties: { name: { type: 'keyword' } } },
    n: { type: 'long' },
  },
};

/** What finds the ids of the events that a query of Elasticsearch selects, by the embedded store, which answers as Elasticsearch does. */
async function filledStore() {
  const config = { host: '127.0.0.1', port: 0, keepAge: 365 * 86_400_000, keepSize: 1e9 };
  const store = await startStore({ folder: aFolder(), config });
  onTestFinished(() => store.stop());
  const send = async (method: string, path: string, body: string) => {
    const headers = {
      'content-type': path.startsWith('/_bulk') ? 'application/x-ndjson' : 'application/json',
    };
    return (await fetch(`${store.url}${path}`, { method, headers, body })).json();
  };
  await send('PUT', '/all', JSON.stringify({ mappings }));
  const lines = events.flatMap(([_id, event]) => [{ create: { _index: 'all', _id } }, event]);
  await send('POST', '/_bulk?refresh=true', `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`);
  return async (query: object): Promise<string[]> => {
    const answer = (await send('POST', '/all/_search', JSON.stringify({ size: 1_000, query }))) as {
      hits: { hits: { _id: string }[] };
    };
    return answer.hits.hits.map(({ _id }) => _id).sort();
  };
}

const word = fc.constantFrom('disk', 'full', 'the', 'DISK', 'net', 'none');
const words = fc.array(word, { minLength: 1, maxLength: 3 }).map((all) => all.join(' '));
const host = fc.constantFrom('a', 'a b', 'ab', 'none');
const bound = fc.integer({ min: 0, max: 4 });
const leaf: fc.Arbitrary<object> = fc.oneof(
  words.map((message) => ({ match: { message } })),
  fc
    .record({ query: words, operator: fc.constantFrom('and', 'or', 'AND') })
    .map((message) => ({ match: { message } })),
  words.map((message) => ({ match_phrase: { message } })),
  host.map((name) => ({ match: { 'host.name': name } })),
  host.map((name) => ({ term: { 'host.name': { value: name } } })),
  fc.array(host, { minLength: 1, maxLength: 3 }).map((names) => ({ terms: { 'host.name': names } })),
  fc.array(bound, { minLength: 1, maxLength: 3 }).map((all) => ({ terms: { n: all } })),
  fc.constantFrom('a*', '*b', '*', 'a').map((pattern) => ({ wildcard: { 'host.name': pattern } })),
  fc.constantFrom('a', 'ab', 'b').map((start) => ({ prefix: { 'host.name': start } })),
  fc.constantFrom('message', 'host.name', 'n', 'none').map((field) => ({ exists: { field } })),
  fc
    .tuple(fc.constantFrom('gt', 'gte'), bound, fc.constantFrom('lt', 'lte'), bound)
    .map(([low, from, high, to]) => ({
      range: { n: { [low]: from, [high]: to } },
    })),
  fc.constant({ match_all: {} }),
);
const { clause } = fc.letrec<{ clause: object; bool: object }>((tie) => {
  const several = fc.array(tie('clause'), { maxLength: 2 });
  return {
    bool: fc
      .record(
        {
          ...{ must: several, filter: several, should: several, must_not: several },
          minimum_should_match: fc.constantFrom(0, 1, '1'),
        },
        { requiredKeys: [] },
      )
      .map((bool) => ({ bool })),
    clause: fc.oneof({ maxDepth: 3, depthIdentifier: 'clause' }, leaf, tie('bool')),
  };
});

it('a converted filter selects what Elasticsearch selects by it', async () => {
  const find = await filledStore();
  let converted = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(clause, { minLength: 1, maxLength: 2 }), async (filters) => {
      let kql: string;
      try {
        kql = filtersToKql(filters);
      } catch (error) {
        expect(error).toBeInstanceOf(NotConvertible);
        return;
      }
      converted += 1;
      const matches = kql === '' ? () => true : compileQuery(kql);
      const kept = events.filter(([, event]) => matches(fieldsOf(event))).map(([id]) => id);
      expect(kept.sort(), kql).toEqual(await find({ bool: { filter: filters } }));
    }),
    { numRuns: rounds('PROPERTY_RUNS', 150) },
  );
  expect(converted).toBeGreaterThan(50);
});
