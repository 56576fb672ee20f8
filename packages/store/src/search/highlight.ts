import type { Millis } from '@logboom/common';
import type { OpenIndex } from '../engine.ts';
import type { JsonObject } from '../json.ts';
import type { Field } from '../mapping/field.ts';
import { decodeIp, encodeIp } from '../mapping/ip.ts';
import { valuesAt } from '../mapping/source-values.ts';
import { contextOf, type Mark, type Query, type QueryContext } from '../query/matcher.ts';
import type { Segment } from '../storage/segment.ts';
import { illegalArgument } from '../store-error.ts';
import { unifiedFragments } from './fragments.ts';
import type { HighlightOptions, HighlightRequest } from './highlight-request.ts';
import { matchesOf, tokensIn } from './marked-text.ts';
import { plainFragments } from './plain-fragments.ts';
import type { SearchRequest } from './request.ts';

const entities: Record<string, string> = {
  '"': '&quot;',
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  "'": '&#x27;',
  '/': '&#x2F;',
};
/** Escapes as Lucene's `SimpleHTMLEncoder` does. */
const asHtml = (text: string) => text.replace(/["&<>'/]/g, (char) => entities[char]!);
const asItIs = (text: string) => text;

/** Types of fields that a pattern with `*` finds. Others are highlighted only by their full name. */
const plainTypes = ['text', 'keyword', 'match_only_text'];

/** An address as Elasticsearch writes it. */
function shownAddress(text: string): string {
  const encoded = encodeIp(text);
  return encoded === undefined ? text : decodeIp(encoded);
}

/**
 * Highlights the hits of one index. The query states what it searches for in a document
 * (`Matcher.marks`); the document's values are analysed again, since postings have no positions.
 * Costs O(length of the values) for each hit that is shown.
 * @throws StoreError from the constructor where a `highlight_query` cannot run on the index.
 */
export class Highlighter {
  readonly #context: QueryContext;
  readonly #request: HighlightRequest;
  readonly #fields: [name: string, field: Field, options: HighlightOptions][];
  readonly #marks = new Map<Query, (segment: Segment, doc: number) => Mark[]>();
  readonly #query: Query;

  constructor(context: QueryContext, query: Query, request: HighlightRequest) {
    this.#context = context;
    this.#query = query;
    this.#request = request;
    this.#fields = request.fields.flatMap(([pattern, options]) => {
      const found = context.mapping.named(pattern);
      const shown = pattern.includes('*')
        ? found.filter(([, { type }]) => options.type !== 'fvh' && plainTypes.includes(type))
        : found;
      return shown.map(([name, field]): [string, Field, HighlightOptions] => [name, field, options]);
    });
    for (const [, options] of request.fields) if (options.query) this.#marksOf(options.query);
  }

  /** The `highlight` member of a hit, or undefined where nothing is highlighted. */
  of(segment: Segment, doc: number, source: JsonObject): Record<string, string[]> | undefined {
    const result: Record<string, string[]> = {};
    const known = new Map<Query, Mark[]>();
    for (const [name, field, options] of this.#fields) {
      checkType(options.type, name);
      const query = options.query ?? this.#query;
      const marks = known.get(query) ?? this.#marksOf(query)(segment, doc);
      known.set(query, marks);
      const own = options.requireFieldMatch ? marks.filter((mark) => mark.field === field.name) : marks;
      const fragments = this.#fragments(field, own, options, source);
      if (fragments.length > 0) result[name] = fragments;
    }
    return Object.keys(result).length > 0 ? result : undefined;
  }

  /** The fragments of one field. */
  #fragments(field: Field, marks: Mark[], options: HighlightOptions, source: JsonObject): string[] {
    if (marks.length === 0 && options.noMatchSize <= 0) return [];
    const most = field.options.ignoreAbove ?? Number.POSITIVE_INFINITY;
    const values = valuesAt(source, field.source)
      .map((value) => (field.family === 'ip' ? shownAddress(String(value)) : String(value)))
      .filter((value) => value.length <= most);
    const encode = this.#request.isHtml ? asHtml : asItIs;
    const tokens = tokensIn(field, values);
    const isPlain = options.type === 'plain';
    const matches = matchesOf(tokens, marks, isPlain || !options.requireFieldMatch);
    if (isPlain) return plainFragments(values, tokens, matches, options, encode);
    return unifiedFragments(values, matches, options, encode);
  }

  /** What a query looks for in a document. The matcher is made once. */
  #marksOf(query: Query): (segment: Segment, doc: number) => Mark[] {
    const known = this.#marks.get(query);
    if (known) return known;
    const matcher = query(this.#context);
    const marks = (segment: Segment, doc: number) => matcher.marks?.(segment, doc) ?? [];
    this.#marks.set(query, marks);
    return marks;
  }
}

/** The highlighters of one page of hits, one for each index, made when first needed. */
export class Highlighters {
  readonly #request: Pick<SearchRequest, 'highlight' | 'query'>;
  readonly #now: Millis;
  readonly #known = new Map<OpenIndex, Highlighter>();

  constructor(request: Pick<SearchRequest, 'highlight' | 'query'>, now: Millis) {
    this.#request = request;
    this.#now = now;
  }

  of(index: OpenIndex): Highlighter | undefined {
    const { highlight, query } = this.#request;
    if (!highlight || highlight.fields.length === 0) return undefined;
    const known = this.#known.get(index) ?? new Highlighter(contextOf(index, this.#now), query, highlight);
    this.#known.set(index, known);
    return known;
  }
}

/** Refuses highlighters that the store does not have. */
function checkType(type: string, field: string): void {
  if (type === 'unified' || type === 'plain') return;
  throw illegalArgument(
    type === 'fvh'
      ? `the field [${field}] should be indexed with term vector with position offsets to be used with fast vector highlighter`
      : `unknown highlighter type [${type}] for the field [${field}]`,
  );
}
