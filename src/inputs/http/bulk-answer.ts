import type { BulkAction } from './bulk-body.ts';

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
