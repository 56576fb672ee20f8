import { formatSize } from '@logboom/common';
import type { Engine } from '../engine.ts';
import { nameOptions, resolve } from '../names.ts';
import { illegalArgument } from '../store-error.ts';
import { aliasRows } from './inspection-routes.ts';
import { type Answer, isTrue, type Route, type StoreRequest } from './routing.ts';
import { targetsOf } from './searching.ts';

/** Cells by column. */
type Row = Record<string, string>;

/** Columns in their order, each with the short names by which it may be asked for. */
type Columns = Record<string, string[]>;

const indexColumns: Columns = {
  health: ['h'],
  status: ['s'],
  index: ['i', 'idx'],
  uuid: ['id'],
  pri: ['p', 'shards.primary'],
  rep: ['r', 'shards.replica'],
  'docs.count': ['dc', 'docsCount'],
  'docs.deleted': ['dd', 'docsDeleted'],
  'store.size': ['ss', 'storeSize'],
  'pri.store.size': [],
  'dataset.size': [],
};
const healthColumns: Columns = Object.fromEntries(
  'epoch timestamp cluster status node.total node.data shards pri relo init unassign unassign.pri pending_tasks max_task_wait_time active_shards_percent'
    .split(' ')
    .map((name) => [name, []]),
);
const aliasColumns: Columns = Object.fromEntries(
  'alias index filter routing.index routing.search is_write_index'.split(' ').map((name) => [name, []]),
);
const countColumns: Columns = { epoch: ['t'], timestamp: ['ts'], count: ['dc'] };

/**
 * The columns of `h=`, each under the name by which it was asked for. Unknown names are ignored, as
 * in Elasticsearch.
 */
function chosen(columns: Columns, list: string | undefined): [shown: string, column: string][] {
  if (list === undefined) return Object.keys(columns).map((name) => [name, name]);
  return list.split(',').flatMap((name): [string, string][] => {
    if (name === '*') return Object.keys(columns).map((one) => [one, one]);
    const column = Object.keys(columns).find((one) => one === name || columns[one]!.includes(name));
    return column ? [[name, column]] : [];
  });
}

/**
 * Sorts rows by the columns of `s=`, such as `docs.count:desc,index`. Whole numbers are compared as
 * numbers.
 */
function sorted(rows: Row[], columns: Columns, order: string | undefined): Row[] {
  const keys = order?.split(',').map((part) => part.split(':')) ?? [];
  return rows.sort((a, b) => {
    for (const [name, direction] of keys) {
      const [[, column] = ['', '']] = chosen(columns, name);
      const [x, y] = [a[column] ?? '', b[column] ?? ''];
      const difference =
        /^\d+$/.test(x) && /^\d+$/.test(y) ? Number(x) - Number(y) : x < y ? -1 : x > y ? 1 : 0;
      if (difference !== 0) return direction === 'desc' ? -difference : difference;
    }
    return 0;
  });
}

/** Rows as aligned text; numbers are aligned to the right. */
function table(rows: string[][], isNumeric: boolean[]): string {
  const widths = isNumeric.map((_, at) => Math.max(...rows.map((row) => row[at]!.length)));
  const line = (row: string[]) =>
    row
      .map((cell, at) => (isNumeric[at] ? cell.padStart(widths[at]!) : cell.padEnd(widths[at]!)))
      .join(' ')
      .trimEnd();
  return rows.map((row) => `${line(row)}\n`).join('');
}

/** The answer of a `_cat` request, as text or JSON. */
function cat({ parameters }: StoreRequest, columns: Columns, rows: Row[]): Answer {
  const shown = chosen(columns, parameters.h);
  const ordered = sorted(rows, columns, parameters.s);
  if (parameters.format === 'json')
    return {
      body: ordered.map((row) =>
        Object.fromEntries(shown.map(([name, column]) => [name, row[column] ?? ''])),
      ),
    };
  if (parameters.format !== undefined && parameters.format !== 'text')
    throw illegalArgument(`format [${parameters.format}] is not supported by this store`);
  const cells = ordered.map((row) => shown.map(([, column]) => row[column] ?? ''));
  const isNumeric = shown.map(
    (_, at) => cells.length > 0 && cells.every((row) => /^[\d.]+([kmgt]?b)?$/.test(row[at]!)),
  );
  const heading = isTrue(parameters.v) ? [shown.map(([name]) => name)] : [];
  return { text: table([...heading, ...cells], isNumeric) };
}

/** Time columns. `now` is milliseconds since the epoch. */
function clock(now: number): Row {
  return { epoch: String(Math.floor(now / 1000)), timestamp: new Date(now).toISOString().slice(11, 19) };
}

/** A row of `_cat/indices`. Sizes are those of the documents' sources. */
function indexRow(engine: Engine, name: string, inBytes: boolean): Row {
  const { record, shard } = engine.open(name);
  const size = inBytes ? String(shard.bytes) : formatSize(shard.bytes);
  const counts = { 'docs.count': String(shard.count), 'docs.deleted': String(shard.deleted) };
  const sizes = { 'store.size': size, 'pri.store.size': size, 'dataset.size': size };
  return {
    health: 'green',
    status: 'open',
    index: record.name,
    uuid: record.uuid,
    pri: '1',
    rep: '0',
    ...counts,
    ...sizes,
  };
}

/** Parameters of all `_cat` requests. */
const common = 'v h s help bytes time local master_timeout';

/** `_cat/indices`, `_cat/health`, `_cat/aliases` and `_cat/count`. */
export function catRoutes(route: Route, engine: Engine): void {
  route(
    'GET',
    ['/_cat/indices', '/_cat/indices/:index'],
    `${common} health pri expand_wildcards include_unloaded_segments`,
    (request) => {
      const { parameters, path } = request;
      const hidden = path.index === undefined || !path.index.includes('*');
      const options = {
        ...nameOptions(parameters),
        ...(hidden && {
          hidden: parameters.expand_wildcards === undefined || nameOptions(parameters).hidden,
        }),
      };
      const records = resolve(engine.catalog, path.index, options);
      return cat(
        request,
        indexColumns,
        records.map(({ name }) => indexRow(engine, name, parameters.bytes !== undefined)),
      );
    },
  );
  route('GET', '/_cat/health', `${common} ts`, (request) => {
    const shards = String(engine.catalog.all('index').length);
    const zeros = {
      relo: '0',
      init: '0',
      unassign: '0',
      'unassign.pri': '0',
      pending_tasks: '0',
      max_task_wait_time: '-',
    };
    const nodes = {
      cluster: 'logboom',
      status: 'green',
      'node.total': '1',
      'node.data': '1',
      shards,
      pri: shards,
    };
    return cat(request, healthColumns, [
      { ...clock(engine.now()), ...nodes, ...zeros, active_shards_percent: '100.0%' },
    ]);
  });
  route('GET', ['/_cat/aliases', '/_cat/aliases/:name'], `${common} expand_wildcards`, (request) =>
    cat(request, aliasColumns, aliasRows(engine, request)),
  );
  route('GET', ['/_cat/count', '/_cat/count/:index'], common, (request) => {
    const targets = targetsOf(engine, request.path.index, {});
    const count = targets.reduce((sum, { index }) => sum + index.shard.count, 0);
    return cat(request, countColumns, [{ ...clock(engine.now()), count: String(count) }]);
  });
}
