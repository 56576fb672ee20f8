import { isObject, type JsonObject, parseJson } from '../json.ts';
import type { DocumentSpan } from '../storage/document-ids.ts';
import { illegalArgument, StoreError } from '../store-error.ts';
import { externalVersion } from '../write-checks.ts';
import type { WriteRequest } from '../write-item.ts';
import { BodyLines, type Operation, RepeatedActions } from './action-lines.ts';

/** Actions of `_bulk`, one of which each action line names. */
const actions = ['index', 'create', 'update', 'delete'] as const;
/**
 * Members of an action line that the store accepts. Those that make no difference here, such as
 * `routing`, are ignored.
 */
const metaKeys = new Set([
  '_index',
  '_id',
  'routing',
  'pipeline',
  'if_seq_no',
  'if_primary_term',
  'require_alias',
  'retry_on_conflict',
  'dynamic_templates',
  'list_executed_pipelines',
  'require_data_stream',
  'version',
  'version_type',
]);

/**
 * Lines of an NDJSON body without their ends, as views of it. The last line must end, too, as
 * Elasticsearch demands.
 * @throws StoreError
 */
export function linesOf(body: Buffer): Buffer[] {
  checkEnd(body);
  const lines = new BodyLines(body);
  const found: Buffer[] = [];
  while (lines.next()) found.push(lines.line());
  return found;
}

function checkEnd(body: Buffer): void {
  if (body.length > 0 && body[body.length - 1] !== 10)
    throw illegalArgument('The bulk request must be terminated by a newline [\\n]');
}

/** Parses an action line. `number` counts from 1, for errors. */
function parseAction(line: Buffer, number: number): [WriteRequest['action'], JsonObject] {
  let value: unknown;
  try {
    value = parseJson(line);
  } catch {
    throw illegalArgument(
      `Malformed action/metadata line [${number}], expected START_OBJECT but found something that is no JSON`,
    );
  }
  const [entry, ...others] = isObject(value) ? Object.entries(value) : [];
  if (!entry || others.length > 0)
    throw illegalArgument(
      `Malformed action/metadata line [${number}], expected FIELD_NAME but found [END_OBJECT]`,
    );
  const [name, meta] = entry;
  const action = actions.find((one) => one === name);
  if (!action)
    throw illegalArgument(
      `Malformed action/metadata line [${number}], expected field [create], [delete], [index] or [update] but found [${name}]`,
    );
  if (!isObject(meta))
    throw illegalArgument(
      `Malformed action/metadata line [${number}], expected START_OBJECT but found [VALUE]`,
    );
  const unknown = Object.keys(meta).find((key) => !metaKeys.has(key));
  if (unknown)
    throw illegalArgument(`Action/metadata line [${number}] contains an unknown parameter [${unknown}]`);
  return [action, meta];
}

/** Refuses ingest pipelines: the store has none. */
export function checkPipeline(pipeline: unknown): void {
  if (pipeline !== undefined && pipeline !== null && pipeline !== '_none')
    throw illegalArgument(`pipeline with id [${String(pipeline)}] does not exist`);
}

/** Parses an action line. */
function operationOf(line: Buffer, number: number, index: string | undefined, place: number): Operation {
  const [action, meta] = parseAction(line, number);
  checkPipeline(meta.pipeline);
  const target = meta._index ?? index;
  if (target === undefined || target === null)
    throw new StoreError(
      400,
      'action_request_validation_exception',
      `Validation Failed: ${place}: index is missing;`,
    );
  if (typeof meta._id === 'object' && meta._id !== null)
    throw illegalArgument(
      `Malformed action/metadata line [${number}], expected a simple value for field [_id] but found [START_OBJECT]`,
    );
  return {
    action,
    index: String(target),
    id: meta._id === undefined || meta._id === null ? undefined : String(meta._id),
    ifSequence: meta.if_seq_no === undefined ? undefined : Number(meta.if_seq_no),
    requireAlias: meta.require_alias === true,
    external: externalVersion(meta.version, meta.version_type),
  };
}

/** Numbers for each item: its operation, and where its id and its source begin and end. */
const numbers = 5;

/**
 * The operations of a body. Most of them differ from the one before in their id and their document only, so that they are kept as places in
 * the body, and no object is made of them.
 */
export class BulkBody {
  readonly body: Buffer;
  readonly #operations: Operation[] = [];
  #items = new Int32Array(numbers * 64);
  /** The number of the operation that is repeated. */
  #repeated = 0;
  length = 0;

  /**
   * Parses a whole body before anything is written, so that a malformed line refuses the request and
   * not half of it.
   * @throws StoreError
   */
  constructor(body: Buffer, index: string | undefined) {
    checkEnd(body);
    this.body = body;
    const lines = new BodyLines(body);
    const repeated = new RepeatedActions();
    while (lines.next()) if (lines.end > lines.start) this.#add(lines, repeated, index);
    if (this.length === 0) throw new StoreError(400, 'parse_exception', 'request body is required');
  }

  #add(lines: BodyLines, repeated: RepeatedActions, index: string | undefined): void {
    let operation = repeated.recognise(lines);
    let number = -1;
    if (operation === undefined) {
      operation = operationOf(lines.line(), lines.number, index, this.length + 1);
      repeated.learn(lines, operation);
      this.#operations.push(operation);
      if (repeated.recognise(lines) === operation) this.#repeated = this.#operations.length - 1;
      else number = this.#operations.length - 1;
    }
    const needsSource = operation.action !== 'delete';
    // An operation that was not learnt has its id itself.
    const isRepeated = number === -1;
    const [idStart, idEnd] = isRepeated ? [repeated.idStart, repeated.idEnd] : [0, 0];
    if (needsSource && !lines.next())
      throw illegalArgument(`Malformed action/metadata line [${lines.number}], expected a document after it`);
    const at = numbers * this.length++;
    if (at === this.#items.length) this.#grow();
    const items = this.#items;
    items[at] = isRepeated ? this.#repeated : number;
    items[at + 1] = idStart;
    items[at + 2] = idEnd;
    items[at + 3] = needsSource ? lines.start : 0;
    items[at + 4] = needsSource ? lines.end : 0;
  }

  #grow(): void {
    const items = new Int32Array(2 * this.#items.length);
    items.set(this.#items);
    this.#items = items;
  }

  /** What an item does. Its id is that of the item only where the item has no place for it. */
  operation(place: number): Operation {
    return this.#operations[this.#items[numbers * place]!]!;
  }

  /** Sets where the item's id and source are. Returns false where its id is not in the body as it is. */
  locate(place: number, span: DocumentSpan): boolean {
    const items = this.#items;
    const at = numbers * place;
    span.idStart = items[at + 1]!;
    span.idEnd = items[at + 2]!;
    span.start = items[at + 3]!;
    span.end = items[at + 4]!;
    return span.idEnd > 0;
  }

  /** The id of an item; undefined where the store chooses one. */
  id(place: number): string | undefined {
    const at = numbers * place;
    const [start, end] = [this.#items[at + 1]!, this.#items[at + 2]!];
    return end > 0 ? this.body.toString('latin1', start, end) : this.operation(place).id;
  }

  request(place: number): WriteRequest {
    const at = numbers * place;
    const source = this.body.subarray(this.#items[at + 3], this.#items[at + 4]);
    return { ...this.operation(place), id: this.id(place), source };
  }
}
