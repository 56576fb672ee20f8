import { isObject, type Json, type JsonObject } from '../json.ts';
import type { Query } from '../query/matcher.ts';
import { parseQuery } from '../query/parse.ts';
import { booleanOf, numberOf, stringsOf } from '../query/shape.ts';
import { illegalArgument, parsingError, StoreError, xContentError } from '../store-error.ts';

/** How one field is highlighted; the names are those of the request. */
export interface HighlightOptions {
  type: string;
  preTag: string;
  postTag: string;
  fragmentSize: number;
  /** 0: the whole of each value. */
  fragments: number;
  noMatchSize: number;
  requireFieldMatch: boolean;
  isByScore: boolean;
  isByWord: boolean;
  /** What is looked for instead of the search's own query. */
  query: Query | undefined;
}

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

const known =
  'type pre_tags post_tags fragment_size number_of_fragments no_match_size require_field_match order boundary_scanner highlight_query'.split(
    ' ',
  );
/** Elasticsearch knows these, too. */
const others =
  'fragmenter boundary_max_scan boundary_chars boundary_scanner_locale force_source phrase_limit max_analyzed_offset options matched_fields fragment_offset'.split(
    ' ',
  );

function checkMembers(place: string, body: JsonObject, more: string[]): void {
  for (const key of Object.keys(body)) {
    if (known.includes(key) || more.includes(key)) continue;
    if (others.includes(key)) throw illegalArgument(`[${place}] [${key}] is not supported by this store`);
    throw xContentError(`[${place}] unknown field [${key}]`);
  }
}

/** Elasticsearch tells in which member something is wrong, and in it what. */
function reading<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    const { type, message: reason } = error;
    throw xContentError(`[highlight] failed to parse field [${name}]`, { caused_by: { type, reason } });
  }
}

function scanner(value: Json): boolean {
  const name = String(value).toLowerCase();
  if (name === 'chars') throw illegalArgument('the boundary scanner [chars] is not supported by this store');
  if (name !== 'word' && name !== 'sentence')
    throw illegalArgument(
      `No enum constant org.elasticsearch.search.fetch.subphase.highlight.HighlightBuilder.BoundaryScannerType.${name.toUpperCase()}`,
    );
  return name === 'word';
}

function tagsOf(body: JsonObject): Partial<HighlightOptions> {
  const [[pre], [post]] = [stringsOf(body.pre_tags), stringsOf(body.post_tags)];
  if (pre !== undefined && post === undefined)
    throw parsingError('pre_tags are set but post_tags are not set');
  return { ...(pre !== undefined && { preTag: pre }), ...(post !== undefined && { postTag: post }) };
}

const schemas: Record<string, string> = { default: '<em>', styled: '<em class="hlt1">' };

function schemaTag(value: Json | undefined): Partial<HighlightOptions> {
  if (value === undefined) return {};
  const tag = Object.hasOwn(schemas, String(value)) ? schemas[String(value)] : undefined;
  if (tag === undefined) throw illegalArgument(`Unknown tag schema [${String(value)}]`);
  return { preTag: tag };
}

/** What a request says of a field, above what it says of all. */
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

/** An object of fields, or a list of such objects where their order shall count. */
function namedFields(value: Json | undefined): [string, JsonObject][] {
  return (value === undefined ? [] : Array.isArray(value) ? value : [value]).flatMap((group) => {
    if (!isObject(group)) throw xContentError('[highlight] failed to parse field [fields]');
    return Object.entries(group).map(([name, body]): [string, JsonObject] => {
      if (!isObject(body)) throw xContentError('[highlight] failed to parse field [fields]');
      return [name, body];
    });
  });
}

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
