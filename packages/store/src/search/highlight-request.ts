import { isObject, type Json, type JsonObject } from '../json.ts';
import type { Query } from '../query/matcher.ts';
import { parseQuery } from '../query/parse.ts';
import { booleanOf, numberOf, stringsOf } from '../query/shape.ts';
import { illegalArgument, parsingError, StoreError, xContentError } from '../store-error.ts';

/** How one field is highlighted. Each member is named after that of the request. */
export interface HighlightOptions {
  type: string;
  preTag: string;
  postTag: string;
  fragmentSize: number;
  /** `number_of_fragments`. 0 shows the whole of each value. */
  fragments: number;
  noMatchSize: number;
  /** Whether only matches of the query in this very field count. */
  requireFieldMatch: boolean;
  isByScore: boolean;
  /** `boundary_scanner: word` instead of `sentence`. */
  isByWord: boolean;
  /** `highlight_query`, which replaces the search's own query. */
  query: Query | undefined;
}

/** A parsed `highlight`. Fields are in the order of the request. */
export interface HighlightRequest {
  isHtml: boolean;
  fields: [pattern: string, options: HighlightOptions][];
}

const defaults: HighlightOptions = {
  type: 'unified',
  preTag: '<em>',
  postTag: '</em>',
  fragmentSize: 100,
  fragments: 5,
  noMatchSize: 0,
  requireFieldMatch: true,
  isByScore: false,
  isByWord: false,
  query: undefined,
};

/** Members that the store honours. */
const known =
  'type pre_tags post_tags fragment_size number_of_fragments no_match_size require_field_match order boundary_scanner highlight_query'.split(
    ' ',
  );
/** Members that Elasticsearch has and the store refuses. */
const others =
  'fragmenter boundary_max_scan boundary_chars boundary_scanner_locale force_source phrase_limit max_analyzed_offset options matched_fields fragment_offset'.split(
    ' ',
  );

/** Refuses members that the store does not know. */
function checkMembers(place: string, body: JsonObject, more: string[]): void {
  for (const key of Object.keys(body)) {
    if (known.includes(key) || more.includes(key)) continue;
    if (others.includes(key)) throw illegalArgument(`[${place}] [${key}] is not supported by this store`);
    throw xContentError(`[${place}] unknown field [${key}]`);
  }
}

/** Wraps an error in the one that names the member, as Elasticsearch does. */
function reading<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    const { type, message: reason } = error;
    throw xContentError(`[highlight] failed to parse field [${name}]`, { caused_by: { type, reason } });
  }
}

/** Whether `boundary_scanner` is `word`. */
function scanner(value: Json): boolean {
  const name = String(value).toLowerCase();
  if (name === 'chars') throw illegalArgument('the boundary scanner [chars] is not supported by this store');
  if (name !== 'word' && name !== 'sentence')
    throw illegalArgument(
      `No enum constant org.elasticsearch.search.fetch.subphase.highlight.HighlightBuilder.BoundaryScannerType.${name.toUpperCase()}`,
    );
  return name === 'word';
}

/**
 * The first of each list of tags; Elasticsearch uses the others only in its fast vector
 * highlighter.
 */
function tagsOf(body: JsonObject): Partial<HighlightOptions> {
  const [[pre], [post]] = [stringsOf(body.pre_tags), stringsOf(body.post_tags)];
  if (pre !== undefined && post === undefined)
    throw parsingError('pre_tags are set but post_tags are not set');
  return { ...(pre !== undefined && { preTag: pre }), ...(post !== undefined && { postTag: post }) };
}

const schemas: Record<string, string> = { default: '<em>', styled: '<em class="hlt1">' };

/** The tag of a `tags_schema`. */
function schemaTag(value: Json | undefined): Partial<HighlightOptions> {
  if (value === undefined) return {};
  const tag = Object.hasOwn(schemas, String(value)) ? schemas[String(value)] : undefined;
  if (tag === undefined) throw illegalArgument(`Unknown tag schema [${String(value)}]`);
  return { preTag: tag };
}

/** What a request says about a field, over what it says about all fields. */
function optionsOf(body: JsonObject, above: HighlightOptions): HighlightOptions {
  const size = (name: string, otherwise: number) =>
    Math.trunc(reading(name, () => numberOf(body[name], otherwise)));
  return {
    ...above,
    ...reading('tags_schema', () => schemaTag(body.tags_schema)),
    ...tagsOf(body),
    type: String(body.type ?? above.type),
    fragmentSize: size('fragment_size', above.fragmentSize),
    fragments: size('number_of_fragments', above.fragments),
    noMatchSize: size('no_match_size', above.noMatchSize),
    requireFieldMatch: reading('require_field_match', () =>
      booleanOf(body.require_field_match, above.requireFieldMatch),
    ),
    isByScore: body.order === undefined ? above.isByScore : String(body.order).toLowerCase() === 'score',
    isByWord:
      body.boundary_scanner === undefined
        ? above.isByWord
        : reading('boundary_scanner', () => scanner(body.boundary_scanner!)),
    query: body.highlight_query === undefined ? above.query : parseQuery(body.highlight_query),
  };
}

/** Fields as an object, or as an array of objects where their order matters. */
function namedFields(value: Json | undefined): [string, JsonObject][] {
  return (value === undefined ? [] : Array.isArray(value) ? value : [value]).flatMap((group) => {
    if (!isObject(group)) throw xContentError('[highlight] failed to parse field [fields]');
    return Object.entries(group).map(([name, body]): [string, JsonObject] => {
      if (!isObject(body)) throw xContentError('[highlight] failed to parse field [fields]');
      return [name, body];
    });
  });
}

/**
 * Parses `highlight`. Undefined where the request has none.
 * @throws StoreError
 */
export function parseHighlight(body: Json | undefined): HighlightRequest | undefined {
  if (body === undefined) return undefined;
  if (!isObject(body)) throw parsingError('Unknown key for a VALUE in [highlight].');
  checkMembers('highlight', body, ['fields', 'encoder', 'tags_schema']);
  const all = optionsOf(body, defaults);
  const fields = namedFields(body.fields).map(([name, own]): [string, HighlightOptions] => {
    checkMembers('highlight_field', own, []);
    return [name, optionsOf(own, all)];
  });
  return { isHtml: body.encoder === 'html', fields };
}
