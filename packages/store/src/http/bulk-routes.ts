import { performance } from 'node:perf_hooks';
import type { Engine } from '../engine.ts';
import type { StoreTelemetry } from '../telemetry.ts';
import { BulkBody, checkPipeline } from './bulk-body.ts';
import { BulkRun } from './bulk-run.ts';
import type { RequestBodies } from './request-body.ts';
import type { Route } from './routing.ts';

/** Whether `filter_path` leaves only the status of an item that was written, as logboom and other shippers ask for. */
function asksStatusOnly(filter: string | undefined): boolean {
  const names = filter?.split(',') ?? [];
  const others = names.filter((name) => !/^items\.\*\.(error\.[a-z_.]+|failure_store)$/.test(name)).sort();
  return others.join() === 'errors,items.*.status,took';
}

/**
 * `_bulk`. The answer leaves when all accepted operations are on disk. `refresh` makes no
 * difference: a document can be searched as soon as it is written.
 */
export function bulkRoutes(
  route: Route,
  engine: Engine,
  telemetry: StoreTelemetry,
  bodies: RequestBodies,
): void {
  const known =
    'refresh pipeline timeout wait_for_active_shards routing _source require_alias type require_data_stream list_executed_pipelines include_source_on_error';
  route('POST PUT', ['/_bulk', '/:index/_bulk'], known, async ({ path, parameters, body }) => {
    const started = performance.now();
    checkPipeline(parameters.pipeline);
    try {
      const bulk = new BulkBody(body, path.index);
      const run = await engine.write(() => new BulkRun(engine, bulk));
      telemetry.bulkApplied(bulk.length - run.refusals, run.refusals, body.length);
      const took = Math.round(performance.now() - started);
      if (run.refusals === 0 && asksStatusOnly(parameters.filter_path))
        return { body: run.statusText(took), isFiltered: true };
      const isRefreshed = parameters.refresh === 'true' || parameters.refresh === '';
      return { body: { errors: run.refusals > 0, took, items: run.answers(isRefreshed) } };
    } finally {
      // The answer has copies of what it names.
      bodies.release(body);
    }
  });
}
