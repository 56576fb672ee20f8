import { describe, expect, it } from 'vitest';
import { Breaks } from '../src/search/breaks.ts';
import { type TestStore, testStore } from './support.ts';

const mapping = {
  mappings: {
    properties: {
      message: { type: 'text', fields: { keyword: { type: 'keyword', ignore_above: 60 } } },
      host: { type: 'keyword' },
      status: { type: 'long' },
    },
  },
};
const long =
  'GET /a?b=c HTTP/1.1 answered. The quick brown fox jumps over it. Nobody knows why. Another fox came later, much later, and was quick.';
const documents = {
  1: { message: 'The quick brown fox', host: 'web1', status: 200 },
  2: { message: ['<b>lazy</b> dog', 'a fox & "his" dog'], host: ['web2', 'db1'] },
  3: { message: long, host: 'web1' },
};

async function store(): Promise<TestStore> {
  const started = await testStore();
  await started.request('PUT', '/h', mapping);
  await started.index('h', documents);
  return started;
}

type Case = [what: string, query: object, highlight: object, of: string, expected: unknown];
const message = (text: string, more: object = {}) => ({ match: { message: { query: text, ...more } } });
const fields = { fields: { message: {} } };
const kibana = {
  pre_tags: ['@kibana-highlighted-field@'],
  post_tags: ['@/kibana-highlighted-field@'],
  fields: { '*': {} },
  number_of_fragments: 0,
  fragment_size: 2_147_483_647,
};

/** What Elasticsearch 8.19 answers. */
const cases: Case[] = [
  ['words', message('quick FOX'), fields, '1', { message: ['The <em>quick</em> brown <em>fox</em>'] }],
  [
    'a phrase as one',
    { match_phrase: { message: 'quick brown' } },
    fields,
    '1',
    { message: ['The <em>quick brown</em> fox'] },
  ],
  [
    'no phrase in another order',
    { bool: { should: [message('fox'), { match_phrase: { message: 'brown quick' } }] } },
    fields,
    '1',
    { message: ['The quick brown <em>fox</em>'] },
  ],
  ['a whole keyword', { prefix: { host: 'we' } }, { fields: { host: {} } }, '1', { host: ['<em>web1</em>'] }],
  [
    'the values of an array that match',
    { wildcard: { message: 'd?g' } },
    { fields: [{ message: {} }] },
    '2',
    { message: ['<b>lazy</b> <em>dog</em>', 'a fox & "his" <em>dog</em>'] },
  ],
  ['no numbers', { term: { status: 200 } }, { fields: { '*': {}, status: {} } }, '1', undefined],
  [
    'every field that is searched, for Kibana',
    { query_string: { query: 'fox AND web1' } },
    kibana,
    '1',
    {
      message: ['The quick brown @kibana-highlighted-field@fox@/kibana-highlighted-field@'],
      host: ['@kibana-highlighted-field@web1@/kibana-highlighted-field@'],
    },
  ],
  [
    'markup as text',
    message('dog'),
    { ...fields, encoder: 'html', number_of_fragments: 1, order: 'score' },
    '2',
    { message: ['&lt;b&gt;lazy&lt;&#x2F;b&gt; <em>dog</em>'] },
  ],
  [
    'other words than were searched',
    message('quick'),
    { fields: { message: { highlight_query: message('brown'), pre_tags: '<i>', post_tags: '</i>' } } },
    '1',
    { message: ['The quick <i>brown</i> fox'] },
  ],
  [
    'the beginning of a field without a match',
    { term: { host: 'web1' } },
    { ...fields, no_match_size: 6 },
    '1',
    { message: ['The quick'] },
  ],
  [
    'words of another field',
    { match: { message: 'web1 fox' } },
    { fields: { host: { require_field_match: false } } },
    '1',
    { host: ['<em>web1</em>'] },
  ],
  ['no word that must not be', { bool: { must_not: message('lazy') } }, fields, '1', undefined],
];

const firstOf = async (started: TestStore, query: object, highlight: object, id: string) => {
  const filtered = { bool: { must: query, filter: { ids: { values: [id] } } } };
  const answer = await started.request('POST', '/h/_search', { query: filtered, highlight });
  expect(answer.at('hits.total.value')).toBe(1);
  return answer.at('hits.hits.0.highlight');
};

describe('highlighting', () => {
  it.each(cases)('shows %s', async (_, query, highlight, id, expected) => {
    expect(await firstOf(await store(), query, highlight, id)).toEqual(expected);
  });

  it('cuts long values at sentences, and returns the best first where that is asked', async () => {
    const started = await store();
    const tags = { pre_tags: ['['], post_tags: [']'], fields: { message: {} } };
    const shown = async (more: object) => {
      const result = await firstOf(started, message('quick fox'), { ...tags, ...more }, '3');
      return (result as { message: string[] }).message;
    };
    expect(await shown({ number_of_fragments: 0 })).toHaveLength(1);
    const two = await shown({});
    expect(two).toEqual([
      'The [quick] brown [fox] jumps over it. Nobody knows why.',
      'Another [fox] came later, much later, and was [quick].',
    ]);
    expect(await shown({ order: 'score', number_of_fragments: 1 })).toEqual([two[1]]);
    expect((await shown({ type: 'plain', fragment_size: 40 })).join('')).toContain('[quick] brown [fox]');
  });

  it('leaves a hit without it where nothing matches in the fields', async () => {
    expect(await firstOf(await store(), message('fox'), { fields: { host: {}, nope: {} } }, '1')).toBe(
      undefined,
    );
  });

  it.each<[object, string, string]>([
    [{ type: 'fvh', ...fields }, 'illegal_argument_exception', 'should be indexed with term vector'],
    [{ type: 'best', ...fields }, 'illegal_argument_exception', 'unknown highlighter type [best]'],
    [{ nope: 1 }, 'x_content_parse_exception', 'unknown field [nope]'],
    [{ pre_tags: ['<b>'] }, 'parsing_exception', 'post_tags are not set'],
    [{ fragment_size: 'x' }, 'x_content_parse_exception', 'failed to parse field [fragment_size]'],
    [{ fragmenter: 'simple', ...fields }, 'illegal_argument_exception', 'not supported by this store'],
  ])('refuses %j', async (highlight, type, reason) => {
    const started = await store();
    const answer = await started.request('POST', '/h/_search', { query: message('fox'), highlight });
    expect([answer.status, answer.at('error.root_cause.0.type')]).toEqual([400, type]);
    expect(answer.at('error.root_cause.0.reason')).toContain(reason);
  });
});

describe("Java's breaks", () => {
  const parts = (text: string, rule: 'word' | 'sentence') => {
    const { places } = new Breaks(text, rule);
    return places.slice(1).map((place, at) => text.slice(places[at], place));
  };

  it.each([
    ['word', 'utm_medium=feed', ['utm_medium', '=', 'feed']],
    [
      'word',
      'X 10_9) $3.2 10.5% a-b',
      ['X', ' ', '10', '_', '9', ')', ' ', '$3.2', ' ', '10.5%', ' ', 'a-b'],
    ],
    ['sentence', 'x?y=1! z. b. D', ['x?', 'y=1! ', 'z. b. ', 'D']],
    ['sentence', 'a./b 1.2 e.(f', ['a.', '/b 1.2 e.', '(f']],
    ['sentence', '', []],
  ] as const)('end a %s: %s', (rule, text, expected) => {
    expect(parts(text, rule).filter((part) => part !== '')).toEqual(expected);
  });
});
