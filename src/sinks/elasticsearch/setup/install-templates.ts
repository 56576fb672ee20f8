import { errors } from '@elastic/elasticsearch';
import type { IndexingConfig } from '../../../config/schema/outputs.ts';
import type { ElasticsearchClient } from '../client/client.ts';
import { judgeFailure } from '../delivery/bulk-response.ts';
import type { Capabilities } from './server.ts';
import { findPiece, type WhatToDo, whatToDo } from './templates/installed.ts';
import { alerts, deadLetters, events, transitions, windows } from './templates/own.ts';
import { indexPiece, type Piece, piecesFor } from './templates/pieces.ts';
import { server, stats } from './templates/server.ts';
import type { IndexTemplate } from './templates/template.ts';

/** Each entry names a template, with the reason where it was kept, replaced or refused. */
export interface TemplatesOutcome {
  installed: string[];
  /** Templates that were left as they are; `changed` lists those that somebody changed. */
  kept: string[];
  changed: string[];
  missing: string[];
}

export interface InstallOptions {
  signal?: AbortSignal | undefined;
  /** Replaces templates that somebody changed, too. */
  overwrite?: boolean | undefined;
  /** Also creates the data streams of logboom's own, empty. */
  streams?: boolean | undefined;
  /** Called for each request, which is not sent. */
  dryRun?: ((piece: Piece) => void) | undefined;
}

export function templatesFor(indexing: Pick<IndexingConfig, 'alerts'>): IndexTemplate[] {
  return [alerts(indexing.alerts), transitions, windows, deadLetters, server, stats, events];
}

/**
 * Installs templates that are missing or of an older version. Templates that the server refuses for good are listed in the outcome and
 * not tried again. Throws only where the server cannot be asked now; the whole can then be repeated.
 *
 * Sets `capabilities.dataStreams` to false where the server has none.
 */
export async function installTemplates(
  client: ElasticsearchClient,
  indexing: Pick<IndexingConfig, 'alerts' | 'retention'>,
  capabilities: Capabilities,
  options: InstallOptions = {},
): Promise<TemplatesOutcome> {
  const outcome: TemplatesOutcome = { installed: [], kept: [], changed: [], missing: [] };
  const pieces = piecesFor(templatesFor(indexing), capabilities, indexing.retention);
  for (const piece of pieces) {
    try {
      await install(client, piece, capabilities, outcome, options);
    } catch (thrown) {
      if (!isRefusal(thrown)) throw thrown;
      outcome.missing.push(
        `${piece.kind} ${piece.name}: ${judgeFailure(thrown).reason}${remedyFor(piece, thrown)}`,
      );
    }
  }
  return outcome;
}

async function install(
  client: ElasticsearchClient,
  piece: Piece,
  capabilities: Capabilities,
  outcome: TemplatesOutcome,
  options: InstallOptions,
): Promise<void> {
  const wanted = piece.stream && !capabilities.dataStreams ? indexPiece(piece.stream, capabilities) : piece;
  const found = await findPiece(client, wanted, options.signal);
  const what = whatToDo(wanted, found, options.overwrite ?? false);
  if (!what.put) return keep(outcome, wanted, what);
  if (options.dryRun) options.dryRun(wanted);
  else if (!(await put(client, wanted, options.signal))) {
    // The server has no data streams; plain indices get the same names.
    capabilities.dataStreams = false;
    return install(client, piece, capabilities, outcome, options);
  }
  outcome.installed.push(wordsFor(wanted, what));
}

const wordsFor = ({ name }: Piece, { why }: WhatToDo) => (why === undefined ? name : `${name}: ${why}`);

function keep(outcome: TemplatesOutcome, piece: Piece, what: WhatToDo): void {
  outcome.kept.push(wordsFor(piece, what));
  if (what.changed) outcome.changed.push(wordsFor(piece, what));
}

/** Returns false where the server refuses the piece because it has no data streams. */
async function put(
  client: ElasticsearchClient,
  { path, body, stream }: Piece,
  signal?: AbortSignal,
): Promise<boolean> {
  try {
    await client.transport.request({ method: 'PUT', path, body }, signal ? { signal } : {});
    return true;
  } catch (thrown) {
    if (stream && saysNoDataStreams(thrown)) return false;
    throw thrown;
  }
}

function saysNoDataStreams(thrown: unknown): boolean {
  if (!(thrown instanceof errors.ResponseError)) return false;
  const { statusCode, body } = thrown;
  return statusCode === 400 && /unknown field \[data_stream\]/.test(JSON.stringify(body ?? ''));
}

/** Refused until something changes: a missing right, or a server without templates. A 401 may be temporary. */
function isRefusal(thrown: unknown): thrown is errors.ResponseError {
  if (!(thrown instanceof errors.ResponseError)) return false;
  const status = thrown.statusCode ?? 0;
  return status >= 400 && status < 500 && ![401, 408, 429].includes(status);
}

function remedyFor({ kind }: Piece, { statusCode }: errors.ResponseError): string {
  const right = kind === 'ILM policy' ? 'manage_ilm' : 'manage_index_templates';
  return statusCode === 403 ? ` (the cluster privilege is \`${right}\`)` : '';
}
