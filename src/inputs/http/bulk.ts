import { isObject, type JsonObject } from '../../events/index.ts';
import { ElasticsearchError, illegalArgument } from './elasticsearch-error.ts';

/** What an action line of `_bulk` says about the document after it. */
export interface DocumentMeta {
  /** Index, data stream or alias. */
  index: string;
  id?: string;
  pipeline?: string;
}

/** One action of a `_bulk` request. The document is `body[from, to)`. */
export interface BulkAction {
  action: 'index' | 'create' | 'update' | 'delete';
  meta: DocumentMeta;
  from: number;
  to: number;
}

const actions = ['index', 'create', 'update', 'delete'] as const;
const LINE_FEED = 0x0a;

/** Moves over a body line by line. */
class Lines {
  number = 0;
  from = 0;
  to = 0;
  readonly #body: Buffer;
  #next = 0;

  constructor(body: Buffer) {
    this.#body = body;
  }

  /** Goes to the next line; returns false after the last one. The last line may lack its end. */
  next(): boolean {
    if (this.#next >= this.#body.length) return false;
    const end = this.#body.indexOf(LINE_FEED, this.#next);
    this.from = this.#next;
    this.to = end === -1 ? this.#body.length : end;
    this.#next = this.to + 1;
    this.number += 1;
    return true;
  }
}

/**
 * Reads a whole `_bulk` body before anything is stored, so that a malformed line refuses the request and not half of it. `defaults`
 * are those of the request's path and parameters. Throws `ElasticsearchError`.
 */
export function readBulk(body: Buffer, defaults: Partial<DocumentMeta>): BulkAction[] {
  const lines = new Lines(body);
  const found: BulkAction[] = [];
  while (lines.next()) {
    const text = body.toString('utf8', lines.from, lines.to).trim();
    if (text === '') continue;
    const { number } = lines;
    const { action, meta } = readAction(text, number, defaults);
    if (meta.index === '')
      throw new ElasticsearchError(
        400,
        'action_request_validation_exception',
        `Validation Failed: ${found.length + 1}: index is missing;`,
      );
    if (action !== 'delete' && !lines.next())
      throw illegalArgument(`Malformed action/metadata line [${number}], expected a document after it`);
    found.push({ action, meta, from: lines.from, to: action === 'delete' ? lines.from : lines.to });
  }
  if (found.length === 0) throw new ElasticsearchError(400, 'parse_exception', 'request body is required');
  return found;
}

function readAction(text: string, number: number, defaults: Partial<DocumentMeta>) {
  const malformed = (what: string) => illegalArgument(`Malformed action/metadata line [${number}], ${what}`);
  const value = parsed(text);
  const [entry, ...others] = isObject(value) ? Object.entries(value) : [];
  if (entry === undefined || others.length > 0) throw malformed('expected an object with one action');
  const action = actions.find((one) => one === entry[0]);
  if (action === undefined)
    throw malformed(`expected field [create], [delete], [index] or [update] but found [${entry[0]}]`);
  if (!isObject(entry[1])) throw malformed('expected START_OBJECT but found [VALUE]');
  return { action, meta: metaOf(entry[1], defaults) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Other members, such as `routing` and the `_type` of old senders, make no difference to an event. */
function metaOf(
  { _index, _id, pipeline }: JsonObject,
  { index = '', pipeline: byDefault }: Partial<DocumentMeta>,
): DocumentMeta {
  const id = typeof _id === 'string' || typeof _id === 'number' ? String(_id) : '';
  const through = typeof pipeline === 'string' ? pipeline : byDefault;
  return {
    index: typeof _index === 'string' ? _index : index,
    ...(id !== '' && { id }),
    ...(through !== undefined && through !== '_none' && { pipeline: through }),
  };
}

/** Why one document was refused; its sender must not send it again. */
export interface ItemRefusal {
  status: number;
  type: string;
  reason: string;
}

const shards = { total: 1, successful: 1, failed: 0 };

/** The answer to `_bulk`: an item for each document, in the order of the request. `refusals` are by place. */
export function bulkAnswer(
  actions: readonly BulkAction[],
  refusals: ReadonlyMap<number, ItemRefusal>,
  took: number,
): object {
  const items = actions.map(({ action, meta }, place) => {
    const refusal = refusals.get(place);
    const named = { _index: meta.index, ...(meta.id !== undefined && { _id: meta.id }) };
    if (refusal === undefined) return { [action]: { ...named, ...stored } };
    const { status, type, reason } = refusal;
    return { [action]: { ...named, status, error: { type, reason } } };
  });
  return { took: Math.round(took), errors: refusals.size > 0, items };
}

const stored = { _version: 1, result: 'created', _shards: shards, _seq_no: 0, _primary_term: 1, status: 201 };
