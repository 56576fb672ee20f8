import type { ElasticsearchClient } from '../../client/client.ts';
import { contentOf } from './content.ts';
import type { Piece } from './pieces.ts';
import { owner } from './template.ts';

/** The piece of this name that is installed on the server. */
interface Found {
  managedBy: unknown;
  version: number;
  /** The hash of the content that logboom installed; early versions of logboom stored none. */
  installed: unknown;
  /** The hash of the present content. */
  present: string;
}

export interface WhatToDo {
  put: boolean;
  why?: string;
  changed?: boolean;
}

/**
 * What someone else wrote, or a newer logboom installed, is theirs. What somebody changed stays as well, and that is
 * said, unless `overwrite` asks for the contrary. What is ours and as we left it is replaced where it is older, or
 * where the configuration asks for something else now.
 */
export function whatToDo(piece: Piece, there: Found | undefined, overwrite: boolean): WhatToDo {
  if (there === undefined) return { put: true };
  if (piece.theirs) return { put: false, why: 'is there' };
  if (there.managedBy !== owner && !overwrite)
    return { put: false, why: 'another one of this name, not made by logboom, is there', changed: true };
  if (there.version > piece.version)
    return { put: false, why: `version ${there.version} is there, newer than ${piece.version}` };
  if (isChanged(there) && !overwrite) return { put: false, why: changedWords(piece, there), changed: true };
  if (there.present === wantedContent(piece) && there.version === piece.version)
    return { put: false, why: `version ${there.version} is there` };
  return { put: true, why: replacedWords(piece, there) };
}

function isChanged({ installed, present }: Found): boolean {
  return installed !== undefined && installed !== present;
}

function changedWords({ version }: Piece, there: Found): string {
  const outdated = there.version < version ? ` and stays at version ${there.version}` : '';
  return `was changed since logboom installed it${outdated}; \`logboom setup --overwrite\` puts ours in its place`;
}

function replacedWords({ version }: Piece, there: Found): string {
  if (there.managedBy !== owner) return 'in place of one that logboom did not make';
  if (there.version < version) return `in place of version ${there.version}`;
  return isChanged(there) ? 'in place of one that was changed' : 'with the settings as they are now';
}

function wantedContent(piece: Piece): string {
  return contentOf(contentIn(piece, piece.body as Record<string, unknown>));
}

/** The `_meta` of a policy is one level deeper. */
function contentIn({ kind }: Piece, body: Record<string, unknown>): object {
  return kind === 'ILM policy' ? (body.policy as object) : body;
}

export async function findPiece(
  client: ElasticsearchClient,
  piece: Piece,
  signal?: AbortSignal,
): Promise<Found | undefined> {
  const options = { ignore: [404], ...(signal && { signal }) };
  const answer = await client.transport.request<FoundAnswer>({ method: 'GET', path: piece.path }, options);
  const body = bodyIn(piece, answer);
  if (!body) return undefined;
  const content = contentIn(piece, body) as { _meta?: Record<string, unknown> };
  const { managed_by, version, content: installed } = content._meta ?? {};
  return { managedBy: managed_by, version: Number(version ?? 0), installed, present: contentOf(content) };
}

type Body = Record<string, unknown>;
interface FoundAnswer {
  index_templates?: Array<{ index_template?: Body }>;
  component_templates?: Array<{ component_template?: Body }>;
  [policy: string]: unknown;
}

function bodyIn({ kind, name }: Piece, answer: FoundAnswer | undefined): Body | undefined {
  if (kind === 'index template') return answer?.index_templates?.[0]?.index_template;
  if (kind === 'component template') return answer?.component_templates?.[0]?.component_template;
  const policy = answer?.[name] as Body | undefined;
  return typeof policy?.policy === 'object' ? policy : undefined;
}
