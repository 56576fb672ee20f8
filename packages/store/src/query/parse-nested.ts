import type { Json, JsonObject } from '../json.ts';
import { illegalArgument, parsingError, queryShardError } from '../store-error.ts';
import { matchNone, type Query } from './matcher.ts';
import { NestedObjects, nestedMatcher, type ScoreMode } from './nested.ts';
import { checkKeys, numberOf } from './shape.ts';

const keys = ['path', 'query', 'score_mode', 'ignore_unmapped', 'boost', '_name', 'inner_hits'];
const modes = ['avg', 'sum', 'min', 'max', 'none'];

/** `parse` reads the query within. */
export function parseNested(body: JsonObject, parse: (json: Json | undefined) => Query): Query {
  checkKeys('nested', body, keys);
  if (body.inner_hits !== undefined)
    throw parsingError('[nested] inner_hits are not supported by this store');
  if (typeof body.path !== 'string') throw parsingError("[nested] requires 'path' field");
  if (body.query === undefined) throw parsingError("[nested] requires 'query' field");
  const { path } = body;
  const mode = String(body.score_mode ?? 'avg') as ScoreMode;
  if (!modes.includes(mode)) throw illegalArgument(`No score mode for child query [${mode}] found`);
  const inner = parse(body.query);
  return (context) => {
    if (context.mapping.object(path)?.nested) {
      const objects = new NestedObjects(context, path);
      return nestedMatcher(objects, inner(objects.context), mode, numberOf(body.boost, 1));
    }
    if (body.ignore_unmapped === true) return matchNone;
    throw queryShardError(
      `failed to create query: [nested] failed to find nested object under path [${path}]`,
    );
  };
}
