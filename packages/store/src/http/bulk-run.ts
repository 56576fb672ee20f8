import type { Engine, OpenIndex } from '../engine.ts';
import { RawJson } from '../json.ts';
import type { DocumentSpan } from '../storage/document-ids.ts';
import type { Shard } from '../storage/shard.ts';
import { errorBody, StoreError } from '../store-error.ts';
import { type WriteRequest, type WriteResult, writeItem } from '../write-item.ts';
import type { Operation } from './action-lines.ts';
import type { BulkBody } from './bulk-body.ts';

/** A written document as Elasticsearch answers it. The store has one copy of each shard. */
export function resultBody({ index, id, version, sequence, result }: WriteResult, isRefreshed = false) {
  return {
    _index: index,
    _id: id,
    _version: version,
    result,
    ...(isRefreshed && { forced_refresh: true }),
    _shards:
      result === 'noop' ? { total: 0, successful: 0, failed: 0 } : { total: 1, successful: 1, failed: 0 },
    _seq_no: sequence,
    _primary_term: 1,
  };
}

/**
 * The item of an operation that was refused. Errors that are not `StoreError` pass on and abort the
 * transaction.
 */
function refused(engine: Engine, request: WriteRequest, error: unknown) {
  if (!(error instanceof StoreError)) throw error;
  const { root_cause: _, ...reason } = errorBody(error).error;
  const stream = request.action === 'create' ? engine.catalog.get('stream', request.index) : undefined;
  const name = stream?.indices.at(-1) ?? request.index;
  return { _index: name, _id: request.id ?? null, status: error.status, error: reason };
}

type Item = { result: WriteResult } | { refusal: object };

/** Whether an operation may add a document without the checks of `writeItem`. */
const isPlain = ({ action, ifSequence, external, requireAlias }: Operation): boolean =>
  (action === 'create' || action === 'index') &&
  ifSequence === undefined &&
  external === undefined &&
  !requireAlias;

/**
 * Runs the operations of a body in order within one transaction, which is the caller's. Each one succeeds or fails by itself. Usual new
 * documents are written together and leave no more than their sequence; the others, one by one.
 */
export class BulkRun {
  refusals = 0;
  readonly #engine: Engine;
  readonly #bulk: BulkBody;
  /** The sequences of the documents that were written together; -1 for other items, which are in `#others`. */
  readonly #sequences: Int32Array;
  readonly #others = new Map<number, Item>();
  /** Where documents were written that are not on disk yet. */
  readonly #pending = new Set<Shard>();
  /** The index of an operation that is repeated; its name is the same for all of them. */
  readonly #known = new Map<Operation, OpenIndex | undefined>();

  constructor(engine: Engine, bulk: BulkBody) {
    this.#engine = engine;
    this.#bulk = bulk;
    this.#sequences = new Int32Array(bulk.length).fill(-1);
    const span = { body: bulk.body, idStart: 0, idEnd: 0, start: 0, end: 0 };
    for (let place = 0; place < bulk.length; place++) {
      const sequence = bulk.locate(place, span) ? this.#append(bulk.operation(place), span) : -1;
      if (sequence === -1) this.#others.set(place, this.#write(bulk.request(place)));
      else this.#sequences[place] = sequence;
    }
    this.#flush();
  }

  #append(operation: Operation, span: DocumentSpan): number {
    const known = this.#known.get(operation) ?? this.#find(operation);
    if (known === undefined) return -1;
    const { shard, record } = known;
    const sequence = shard.append(span, record.stream !== undefined, this.#engine.now());
    if (sequence !== -1) this.#pending.add(shard);
    return sequence;
  }

  #find(operation: Operation): OpenIndex | undefined {
    const known = isPlain(operation)
      ? this.#engine.known(operation.index, operation.action === 'create')
      : undefined;
    this.#known.set(operation, known);
    return known;
  }

  #write(request: WriteRequest): Item {
    this.#flush();
    try {
      return { result: writeItem(this.#engine, request) };
    } catch (error) {
      this.refusals += 1;
      return { refusal: refused(this.#engine, request, error) };
    }
  }

  #flush(): void {
    for (const shard of this.#pending) shard.flush();
    this.#pending.clear();
  }

  /** The items of the answer. */
  answers(isRefreshed: boolean): object[] {
    return Array.from(this.#sequences, (_, place) => {
      const { action } = this.#bulk.operation(place);
      const item = this.#others.get(place) ?? { result: this.#created(place) };
      if ('refusal' in item) return { [action]: item.refusal };
      return { [action]: { ...resultBody(item.result, isRefreshed), status: item.result.status } };
    });
  }

  #created(place: number): WriteResult {
    const { record } = this.#known.get(this.#bulk.operation(place))!;
    const [id, sequence] = [this.#bulk.id(place)!, this.#sequences[place]!];
    return { index: record.name, id, version: 1, sequence, result: 'created', status: 201 };
  }

  /** The filtered answer for operations that were all written, as text: to filter it would cost more than to write it. */
  statusText(took: number): RawJson {
    const items: string[] = [];
    // Most items in a row are the same: one text is repeated for them.
    for (let place = 0, end = 0; place < this.#sequences.length; place = end) {
      const text = this.#statusOf(place);
      const isSame = (other: number) =>
        this.#sequences[other] !== -1 && this.#bulk.operation(other) === this.#bulk.operation(place);
      for (end = place + 1; end < this.#sequences.length && isSame(place) && isSame(end); ) end++;
      items.push(text.repeat(end - place));
    }
    const text = items.join('').slice(0, -1);
    return new RawJson(Buffer.from(`{"errors":false,"took":${took},"items":[${text}]}`));
  }

  #statusOf(place: number): string {
    const item = this.#others.get(place);
    const status = item && 'result' in item ? item.result.status : 201;
    return `{"${this.#bulk.operation(place).action}":{"status":${status}}},`;
  }
}
