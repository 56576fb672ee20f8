import { type Client, errors } from '@elastic/elasticsearch';
import type { IndexingConfig } from '../../config/outputs.ts';
import { judgeFailure } from './request-failure.ts';
import { alerts, deadLetters, events, transitions, windows } from './templates/own.ts';
import { server } from './templates/server.ts';
import { bodyOf, type IndexTemplate } from './templates/template.ts';

/** Each entry names a template; those kept, replaced or missing say why. */
export interface TemplatesOutcome {
  installed: string[];
  kept: string[];
  missing: string[];
}

export function templatesFor(indexing: Pick<IndexingConfig, 'alerts'>): IndexTemplate[] {
  return [alerts(indexing.alerts), transitions, windows, deadLetters, server, events];
}

/**
 * Installs the templates that are not there in this version. What the server refuses for good is named in the
 * outcome and nothing more comes of it. Throws only where the server cannot be asked now; all of it can then be
 * done again.
 */
export async function installTemplates(
  client: Client,
  templates: IndexTemplate[],
  signal?: AbortSignal,
): Promise<TemplatesOutcome> {
  const outcome: TemplatesOutcome = { installed: [], kept: [], missing: [] };
  for (const template of templates) {
    try {
      await install(client, template, outcome, signal);
    } catch (thrown) {
      if (!isRefusal(thrown)) throw thrown;
      outcome.missing.push(`${template.name}: ${judgeFailure(thrown).reason}${remedyFor(thrown)}`);
    }
  }
  return outcome;
}

async function install(
  client: Client,
  template: IndexTemplate,
  outcome: TemplatesOutcome,
  signal?: AbortSignal,
): Promise<void> {
  const there = await find(client, template.name, signal);
  const keep = there && whyKept(there, template.version);
  if (keep) {
    outcome.kept.push(`${template.name}: ${keep}`);
    return;
  }
  await put(client, template, signal);
  const replaced = there ? ` (in place of version ${there.version})` : '';
  outcome.installed.push(`${template.name}${replaced}`);
}

/**
 * A template that someone else wrote, or that a newer logboom installed, is theirs. One of the same version stays,
 * too, with whatever was changed in it; only an older one of ours is replaced, and the outcome says so.
 */
export function whyKept(there: FoundTemplate, version: number): string | undefined {
  if (there.managedBy !== 'logboom') return 'another one of this name, not made by logboom, is there';
  if (there.version > version) return `version ${there.version} is there, newer than ${version}`;
  return there.version === version ? `version ${version} is there` : undefined;
}

export interface FoundTemplate {
  managedBy: unknown;
  version: number;
}

async function find(client: Client, name: string, signal?: AbortSignal): Promise<FoundTemplate | undefined> {
  const answer = await client.transport.request<FoundAnswer>(
    { method: 'GET', path: `/_index_template/${name}` },
    { ignore: [404], ...(signal && { signal }) },
  );
  const meta = answer?.index_templates?.[0]?.index_template;
  if (!meta) return undefined;
  return { managedBy: meta._meta?.managed_by, version: Number(meta._meta?.version ?? 0) };
}

interface FoundAnswer {
  index_templates?: Array<{ index_template?: { _meta?: { managed_by?: unknown; version?: unknown } } }>;
}

/** A server that does not know what `modern` adds answers 400; it gets the template without. */
async function put(client: Client, template: IndexTemplate, signal?: AbortSignal): Promise<void> {
  const path = `/_index_template/${template.name}`;
  const options = signal ? { signal } : {};
  try {
    await client.transport.request({ method: 'PUT', path, body: bodyOf(template, true) }, options);
  } catch (thrown) {
    if (!(thrown instanceof errors.ResponseError) || thrown.statusCode !== 400) throw thrown;
    await client.transport.request({ method: 'PUT', path, body: bodyOf(template, false) }, options);
  }
}

/** Refused for good, as things are: a lack of rights, or a server that knows no templates. 401 may be a matter of time. */
function isRefusal(thrown: unknown): thrown is errors.ResponseError {
  if (!(thrown instanceof errors.ResponseError)) return false;
  const status = thrown.statusCode ?? 0;
  return status >= 400 && status < 500 && ![401, 408, 429].includes(status);
}

function remedyFor({ statusCode }: errors.ResponseError): string {
  return statusCode === 403 ? ' (the cluster privilege is `manage_index_templates`)' : '';
}
