import { performance } from 'node:perf_hooks';
import type { Engine } from '../engine.ts';
import type { JsonObject } from '../json.ts';
import { nameOptions, resolve } from '../names.ts';
import { Pace } from '../query/pace.ts';
import type { PointInTime, PointsInTime } from '../search/contexts.ts';
import { parseSearch } from '../search/request.ts';
import type { SearchTarget } from '../search/run.ts';
import { search } from '../search/search.ts';
import type { Parameters } from '../search/source-filter.ts';
import { SearchEnded, type Turns } from '../search/turns.ts';
import { illegalArgument } from '../store-error.ts';
import type { StoreTelemetry } from '../telemetry.ts';
import type { Answer, StoreRequest } from './routing.ts';

/**
 * The indices that an expression names, opened.
 * @throws StoreError
 */
export function targetsOf(
  engine: Engine,
  expression: string | undefined,
  parameters: Parameters,
): SearchTarget[] {
  return resolve(engine.catalog, expression, nameOptions(parameters)).map((record) => ({
    index: engine.open(record.name),
  }));
}

/** The indices of a point in time that still exist, each up to its sequence. */
function pointTargets(engine: Engine, point: PointInTime): SearchTarget[] {
  return [...point].flatMap(([name, { uuid, before }]) =>
    engine.catalog.get('index', name)?.uuid === uuid ? [{ index: engine.open(name), before }] : [],
  );
}

/** What searches need besides the request. */
export interface Searching {
  engine: Engine;
  pits: PointsInTime;
  turns: Turns;
  telemetry: StoreTelemetry;
}

/** Runs a search on indices or on a point in time. */
export async function run(
  { engine, pits, turns, telemetry }: Searching,
  body: JsonObject,
  index: string | undefined,
  parameters: Parameters,
  isGone: () => boolean,
) {
  const pit = pits.of(body);
  if (pit && index !== undefined)
    throw illegalArgument(
      '[indices] cannot be used with point in time. Do not specify any index with point in time.',
    );
  const request = parseSearch(body, parameters);
  const targets = pit ? pointTargets(engine, pit.point) : targetsOf(engine, index, parameters);
  const pace = new Pace();
  const answer = await turns.run(search(engine, targets, request, pace), pace, isGone);
  if (answer.timed_out) telemetry.searchEnded('timeout', answer.took, index ?? '_all');
  return { ...(pit && { pit_id: pit.id }), ...answer };
}

/** Answers a search and reports how long it took, or that its client left before. */
export async function noting(
  telemetry: StoreTelemetry,
  request: StoreRequest,
  answer: (request: StoreRequest) => Promise<Answer>,
): Promise<Answer> {
  const started = performance.now();
  const path = request.path.index ?? '_all';
  try {
    const answered = await answer(request);
    telemetry.searched(performance.now() - started, path);
    return answered;
  } catch (error) {
    if (error instanceof SearchEnded) telemetry.searchEnded('client gone', performance.now() - started, path);
    throw error;
  }
}
