import { describe, expect, it } from 'vitest';
import type { BulkItem } from '../../../src/model.ts';
import { judgeItem, readAnswer } from '../../../src/sinks/elasticsearch/delivery/bulk-response.ts';

const create: BulkItem = { action: 'create', index: 'i', id: '1', document: '{}' };
const index: BulkItem = { ...create, action: 'index' };
const revision: BulkItem = { ...index, version: 2 };
const inStream: BulkItem = { ...revision, revisionField: 'window.revision' };

describe('one item', () => {
  it.each([
    ['200', create, 200, undefined, 'indexed'],
    ['201', index, 201, undefined, 'indexed'],
    ['a conflict on create', create, 409, 'version_conflict_engine_exception', 'duplicate'],
    ['a conflict on a revision', revision, 409, 'version_conflict_engine_exception', 'duplicate'],
    ['a conflict on index, which promises nothing', index, 409, 'version_conflict_engine_exception', 'again'],
    ['a conflict on a revision in a stream', inStream, 409, 'version_conflict_engine_exception', 'conflict'],
    ['a right that a revision in a stream needs', inStream, 403, 'security_exception', 'refused'],
    ['a full disk under a revision in a stream', inStream, 403, 'cluster_block_exception', 'again'],
    ['too many requests', create, 429, 'es_rejected_execution_exception', 'again'],
    ['a full disk, 403', create, 403, 'cluster_block_exception', 'again'],
    ['a full disk, 429', create, 429, 'cluster_block_exception', 'again'],
    ['a right that is missing', create, 403, 'security_exception', 'again'],
    ['no shard', create, 503, 'unavailable_shards_exception', 'again'],
    ['a failure of the server', create, 500, 'null_pointer_exception', 'again'],
    ['an answer without a status', create, 0, undefined, 'again'],
    ['a mapping conflict', create, 400, 'document_parsing_exception', 'refused'],
    ['an index that is not there', create, 404, 'index_not_found_exception', 'again'],
    ['a closed index', create, 400, 'index_closed_exception', 'again'],
    ['a name that cannot be', create, 400, 'invalid_index_name_exception', 'refused'],
    ['a document that is too large', create, 413, 'too_large', 'refused'],
  ] as const)('with %s', (_, item, status, type, kind) => {
    const answer = { status, ...(type && { error: { type, reason: 'why' } }) };
    expect(judgeItem(item, answer).kind).toBe(kind);
  });

  it('is sent again while the cluster has as many shards as it may have', () => {
    const reason =
      'this action would add [2] shards, but this cluster currently has [10]/[10] maximum normal shards open;';
    expect(judgeItem(create, { status: 400, error: { type: 'validation_exception', reason } }).kind).toBe(
      'again',
    );
  });

  it.each([
    [
      400,
      'illegal_argument_exception',
      'no write index is defined for alias [a]. The write index may be',
      /is_write_index/,
    ],
    [400, 'index_closed_exception', 'closed', /_open/],
    [400, 'illegal_argument_exception', 'pipeline with id [p] does not exist', /create the ingest pipeline/],
    [
      404,
      'index_not_found_exception',
      'no such index [x] and [action.auto_create_index] contains [-x*] which forbids automatic creation of the index',
      /action\.auto_create_index/,
    ],
  ])('waits, with the remedy, for what an operator mends: %i %s, %s', (status, type, reason, remedy) => {
    const verdict = judgeItem(create, { status, error: { type, reason } });
    expect(verdict).toMatchObject({ kind: 'again', overload: false, mayBeDocument: false });
    expect(verdict).toMatchObject({ reason: expect.stringMatching(remedy) });
  });

  it('that went into the failure store of its stream is taken, but not where it was meant to be', () => {
    expect(judgeItem(create, { status: 201, failure_store: 'used' })).toEqual({
      kind: 'indexed',
      aside: true,
    });
    expect(judgeItem(create, { status: 201, failure_store: 'not_enabled' })).toMatchObject({ aside: false });
  });

  it('is refused with the reason and its cause in words', () => {
    const error = {
      type: 't',
      reason: 'failed to parse [n]',
      caused_by: { reason: 'For input string: "x"' },
    };
    const verdict = judgeItem(create, { status: 400, error });
    expect(verdict).toEqual({ kind: 'refused', reason: 't: failed to parse [n] (For input string: "x")' });
  });

  it('is refused in words even where the server gives no reason', () => {
    expect(judgeItem(create, { status: 400 })).toMatchObject({ reason: 'status 400 without a reason' });
  });

  it.each([
    [429, true],
    [503, true],
    [403, false],
  ])('asks for fewer requests where the status %i means load', (status, overload) => {
    expect(judgeItem(create, { status })).toMatchObject({ overload });
  });
});

describe('an answer', () => {
  it('is read in the order of the request, whatever the action', () => {
    const items = [{ create: { status: 201 } }, { index: { status: 400, error: { type: 't' } } }];
    expect(readAnswer({ items }, 2)).toEqual([{ status: 201 }, { status: 400, error: { type: 't' } }]);
  });

  it.each([
    ['fewer items', { items: [] }, 1, /0 items for 1/],
    ['more items', { items: [{}, {}] }, 1, /2 items for 1/],
    ['no items', { took: 1 }, 1, /no items/],
    ['nothing', undefined, 1, /no items/],
    ['text', 'OK', 1, /no items/],
  ])('with %s does not belong to the request', (_, body, count, reason) => {
    expect(readAnswer(body, count)).toMatch(reason);
  });

  it.each([[null], [{}], [{ create: {} }], [{ create: null }]])(
    'with the item %j has no status for it',
    (item) => {
      expect(readAnswer({ items: [item] }, 1)).toEqual([{ status: 0 }]);
    },
  );
});
