import type { JsonObject } from '../../src/json.ts';
import { hostile } from './fixture.ts';
import { access, type ComparedRequest, search } from './request.ts';

/** What Kibana's Discover sends with every search. */
const kibana: JsonObject = {
  pre_tags: ['@kibana-highlighted-field@'],
  post_tags: ['@/kibana-highlighted-field@'],
  fields: { '*': {} },
  fragment_size: 2_147_483_647,
};
const everywhere: JsonObject = { fields: { '*': {} } };

const queries: JsonObject[] = [
  { match: { text: 'quick fox' } },
  { match: { text: { query: 'lazy fox', operator: 'and' } } },
  { match: { word: 'beta' } },
  { match: { alias: 'beta' } },
  { match: { count: 1 } },
  { match: { 'text.raw': 'The quick brown fox' } },
  { match_phrase: { text: 'brown fox' } },
  { match_phrase: { text: 'dog brown' } },
  { match_phrase: { text: { query: 'quick fox', slop: 1 } } },
  { match_phrase_prefix: { text: 'quick bro' } },
  { multi_match: { query: 'quick beta', fields: ['text', 'word'] } },
  { multi_match: { query: 'brown fox', fields: ['te*'], type: 'phrase' } },
  { query_string: { query: 'quick AND tags:x' } },
  { query_string: { query: 'text:"brown fox" OR word:alp*' } },
  { query_string: { query: 'qu?ck -word:beta', default_field: 'text' } },
  { simple_query_string: { query: 'emo* | "lazy dog"', fields: ['text'] } },
  { term: { text: 'fox' } },
  { term: { word: '日本' } },
  { term: { ip: '10.0.0.1' } },
  { term: { flag: true } },
  { term: { 'labels.env': 'prod' } },
  { term: { 'person.name': 'Ann' } },
  { terms: { tags: ['x', 'y'] } },
  { terms: { text: ['quick', 'dog'] } },
  { prefix: { word: 'al' } },
  { prefix: { text: 'ju' } },
  { wildcard: { text: '*o*' } },
  { wildcard: { word: { value: 'B*', case_insensitive: true } } },
  { regexp: { text: 'f.x' } },
  { range: { word: { gte: 'a', lt: 'c' } } },
  { range: { count: { gt: 1 } } },
  { exists: { field: 'text' } },
  { match: { text: '日 übergrößen café 3.14 👍🏽' } },
  { match: { text: 'y'.repeat(60) } },
  { bool: { must: { match: { text: 'quick' } }, must_not: { match: { text: 'brown' } } } },
  { bool: { filter: [{ match: { text: 'quick' } }, { term: { tags: 'x' } }] } },
  {
    bool: {
      should: [
        { match: { text: 'lazy' } },
        { bool: { must: [{ match: { text: 'quick' } }, { term: { word: 'beta' } }] } },
      ],
    },
  },
  { constant_score: { filter: { match: { text: 'quick' } } } },
  { dis_max: { queries: [{ match: { text: 'quick' } }, { match: { text: 'fox' } }] } },
  { nested: { path: 'items', query: { match: { 'items.note': 'red' } }, score_mode: 'none' } },
  { match_all: {} },
];

const quick: JsonObject = { match: { text: 'quick fox' } };
const named = (options: JsonObject, fields: JsonObject = { text: {} }): JsonObject => ({
  ...options,
  fields,
});

const settings: JsonObject[] = [
  named({}),
  named({ pre_tags: ['<b>'], post_tags: ['</b>'] }),
  named({ pre_tags: ['<1>', '<2>'], post_tags: ['</1>', '</2>'] }),
  named({ pre_tags: ['<b>'] }),
  named({ post_tags: ['</b>'] }),
  named({ tags_schema: 'styled' }),
  named({ tags_schema: 'nope' }),
  named({ number_of_fragments: 0 }),
  named({ number_of_fragments: 1 }),
  named({ fragment_size: 0 }),
  named({ fragment_size: 5 }),
  named({ fragment_size: '12' }),
  named({ fragment_size: 'x' }),
  named({ no_match_size: 5 }),
  named({ no_match_size: 5, number_of_fragments: 0 }),
  named({ no_match_size: 7 }, { word: {}, tags: {}, text: {}, 'text.raw': {} }),
  named({ require_field_match: false }, { text: {}, 'text.raw': {}, word: {} }),
  named({ require_field_match: false, highlight_query: { match_phrase: { word: 'brown fox' } } }),
  named({ require_field_match: false, highlight_query: { match_phrase: { text: 'brown fox' } } }),
  named({ order: 'score' }),
  named({ order: 'none' }),
  named({ order: 'nope' }),
  named({ encoder: 'html' }),
  named({ encoder: 'nope' }),
  named({ boundary_scanner: 'word' }),
  named({ boundary_scanner: 'nope' }),
  named({ highlight_query: { match: { text: 'brown' } } }),
  named({ highlight_query: { bool: { must: [{ match: { text: 'quick' } }, { match: { text: 'lazy' } }] } } }),
  named({ highlight_query: { nope: {} } }),
  named({}, { text: { highlight_query: { match: { text: 'the' } }, pre_tags: ['['], post_tags: [']'] } }),
  named({ pre_tags: ['<'], post_tags: ['>'] }, { text: { number_of_fragments: 1 }, 'text.*': {} }),
  { fields: [{ text: {} }, { word: {} }] },
  { fields: ['text'] },
  { fields: 'text' },
  { fields: { text: 1 } },
  {},
  { nope: 1, fields: {} },
  named({}, { text: { nope: 1 } }),
  named({}, { nope: {}, person: {}, _id: {} }),
  named({ type: 'fvh' }),
  named({ type: 'fvh' }, { '*': {} }),
  named({ type: 'fvh' }, { nope: {} }),
  named({ type: 'nope' }),
  named({ type: 'unified' }),
  named({ type: 'plain' }),
  named({ type: 'plain', number_of_fragments: 0 }),
  named({ type: 'plain', fragment_size: 10 }),
  named({ type: 'plain', no_match_size: 9 }),
  named({ type: 'plain', highlight_query: { match_phrase: { text: 'brown fox' } } }),
  named({ type: 'plain' }, { '*': {} }),
  named({}, { count: {}, flag: {}, ip: {}, '@timestamp': {}, silent: {} }),
  named({ no_match_size: 3 }, { count: {}, flag: {}, ip: {}, '@timestamp': {} }),
];

/** The few lines that Elasticsearch cuts a word later come after those that are compared. */
const lines: [query: JsonObject, highlight: JsonObject, size?: number][] = [
  [{ match: { message: 'googlebot' } }, kibana],
  [{ query_string: { query: 'message:"HTTP 1.1" AND url.path:*png' } }, kibana],
  [{ query_string: { query: 'presentations' } }, kibana],
  [{ match: { message: 'mozilla presentations 200' } }, { fields: { message: {} } }, 40],
  [{ match: { message: 'mozilla presentations 200' } }, { order: 'score', fields: { message: {} } }, 40],
  [
    { match: { message: 'get gecko' } },
    { fragment_size: 40, number_of_fragments: 2, fields: { message: {} } },
    30,
  ],
  [{ match_phrase: { message: 'GET presentations' } }, { fragment_size: 60, fields: { '*': {} } }],
  [{ match: { message: 'images' } }, { type: 'plain', fields: { message: {} } }],
  [{ match: { message: 'mozilla gecko' } }, { type: 'plain', order: 'score', fields: { message: {} } }],
  [{ match: { message: 'safari' } }, { encoder: 'html', number_of_fragments: 0, fields: { message: {} } }],
  [{ match: { message: 'safari' } }, { boundary_scanner: 'word', fields: { message: {} } }],
];

export const highlights: ComparedRequest[] = [
  ...queries.flatMap((query) => [
    search(hostile, { query, highlight: kibana, sort: ['at'], size: 24, _source: false }),
    search(hostile, { query, highlight: everywhere, sort: ['at'], size: 24, _source: false }),
  ]),
  ...settings.map((highlight) =>
    search(hostile, { query: quick, highlight, sort: ['at'], size: 24, _source: false }),
  ),
  // What is wrong with such a query is told as it is, where that of a search is wrapped.
  {
    ...search(hostile, { query: quick, highlight: named({ highlight_query: { term: { ip: 'x' } } }) }),
    except: ['error'],
  },
  search(hostile, { query: { match_none: {} }, highlight: named({ type: 'fvh' }) }),
  ...lines.map(([query, highlight, size = 100]) =>
    search(access, { query, highlight, sort: ['log.offset'], size, _source: false }),
  ),
];
