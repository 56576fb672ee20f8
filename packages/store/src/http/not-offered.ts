import { illegalArgument, type StoreError } from '../store-error.ts';

/** Parts of Elasticsearch's API, by the first name in a path that begins with `_`, that the store does not have at all. */
const parts = new Set(
  `_analyze _async_search _autoscaling _ccr _clone _close _dangling _disk_usage _doc_count _enrich
  _eql _esql _explain _features _field_usage_stats _fleet _graph _health_report _ilm _inference _ingest _internal
  _knn_search _lifecycle _logstash _migration _ml _monitoring _mtermvectors _mvt _open _percolate _plugins _profiling
  _query _query_rules _rank_eval _recovery _reindex _reload_search_analyzers _render _rollover _rollup _scripts _search_shards
  _searchable_snapshots _security _segments _shard_stores _shrink _slm _snapshot _split _sql _ssl _stats
  _synonyms _tasks _template _terms_enum _termvectors _transform _unfreeze _update_by_query _watcher`.split(
    /\s+/,
  ),
);

/** The error for a part of Elasticsearch's API that the store does not have; undefined for other paths. */
export function notOffered(url: string): StoreError | undefined {
  const name = url
    .split('?')[0]!
    .split('/')
    .find((step) => step.startsWith('_'));
  return name !== undefined && parts.has(name)
    ? illegalArgument(`[${name}] is not supported by this store`)
    : undefined;
}
