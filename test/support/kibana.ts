import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { ObjectStore, type Reply } from './kibana/object-store.ts';
import { ruleProblem } from './kibana/rule-problems.ts';

export interface KibanaPlayed {
  version?: string;
  /** Answers 401 to whoever does not send this header. */
  authorization?: string;
  /** Connector types that the licence does not cover. */
  unlicensed?: string[];
  /** Says that objects were taken, and takes none of these ids. */
  refuses?: string[];
  /** Spaces that exist beside the default one; all where it is not given. */
  spaces?: string[];
  /** So many times it answers that it is starting. */
  starting?: number;
  /** Whoever is not logged in sees a status without a version. */
  anonymous?: boolean;
  /** Paths that are answered with 403. */
  forbids?: RegExp | undefined;
  /** What the login may do, by `POST /api/core/capabilities`. That Kibana does not answer where it is not given. */
  capabilities?: Record<string, Record<string, boolean>>;
  /** Data views whose pattern fits no index, by id. */
  without?: string[];
}

/**
 * Plays the part of Kibana's API that an import uses, as a running 8.12 was seen to answer: 200 with `success: false`,
 * 409 for what is there, 400 with the missing ones for an export, 403 where the licence ends. Kibana itself cannot be
 * had from a package registry.
 */
export async function aKibana(played: KibanaPlayed = {}) {
  const store = new ObjectStore({ refuses: played.refuses ?? [] });
  const { objects } = store;
  const rules = new Map<string, Record<string, unknown>>();
  const connectors = new Map<string, Record<string, unknown>>();
  const paths: string[] = [];
  let { starting = 0, forbids: forbidden } = played;

  const put = (
    kind: Map<string, Record<string, unknown>>,
    method: string,
    id: string,
    body: string,
  ): Reply => {
    if (method === 'GET') return kind.has(id) ? [200, kind.get(id)!] : [404, { message: 'not found' }];
    if (!uuid.test(id)) return [400, { message: `[request params.id]: ${id} is no UUID` }];
    const wanted = JSON.parse(body) as Record<string, unknown>;
    if (played.unlicensed?.includes(wanted.connector_type_id as string))
      return [403, { message: 'your basic license does not support it' }];
    if (method === 'POST' && kind.has(id)) return [409, { message: 'conflict' }];
    if (method === 'PUT' && ('connector_type_id' in wanted || 'rule_type_id' in wanted))
      return [400, { message: 'definition for this key is missing' }];
    const connectorType = (of: string) => connectors.get(of)?.connector_type_id as string | undefined;
    const problem = kind === rules ? ruleProblem(wanted, connectorType) : undefined;
    if (problem !== undefined) return [400, { message: problem }];
    kind.set(id, { enabled: true, execution_status: { status: 'ok' }, ...kind.get(id), ...wanted });
    return [200, { id }];
  };

  const dataView = (space: string, id: string): Reply => {
    if (!store.has(space, 'index-pattern', id)) return [404, { message: 'Not Found' }];
    const fields = played.without?.includes(id) ? {} : { '@timestamp': { type: 'date', esTypes: ['date'] } };
    return [200, { data_view: { id, fields } }];
  };

  const answer = (request: IncomingMessage, body: string): Reply => {
    const [, space] = /^\/s\/([^/]+)/.exec(request.url ?? '') ?? [];
    const path = (request.url ?? '').replace(/^\/s\/[^/]+/, '');
    if (path === '/api/status' && starting-- > 0) return [503, { message: 'Kibana server is not ready yet' }];
    if (played.anonymous) return [200, { status: { overall: { level: 'available' } } }];
    if (played.authorization !== undefined && request.headers.authorization !== played.authorization)
      return [401, { message: 'Unauthorized' }];
    const asked = /^\/api\/spaces\/space\/(.+)$/.exec(path)?.[1] ?? space;
    const isThere = asked === undefined || (played.spaces?.includes(decodeURIComponent(asked)) ?? true);
    if (!isThere && path !== '/api/status') return [404, { message: 'Not Found' }];
    if (path.startsWith('/api/spaces/')) return [200, { id: asked }];
    if (path === '/api/status') return [200, { version: { number: played.version ?? '8.12.2' } }];
    if (request.headers['kbn-xsrf'] === undefined)
      return [400, { message: 'Request must contain a kbn-xsrf header.' }];
    if (forbidden?.test(path)) return [403, { message: 'Forbidden' }];
    const where = space === undefined ? 'default' : decodeURIComponent(space);
    if (path.startsWith('/api/saved_objects/_import')) return store.import(where, path, body);
    if (path === '/api/saved_objects/_export') return store.export(where, body);
    if (path === '/api/core/capabilities' && played.capabilities) return [200, played.capabilities];
    const view = /^\/api\/data_views\/data_view\/(.+)$/.exec(path)?.[1];
    if (view !== undefined) return dataView(where, decodeURIComponent(view));
    const [, kind, id] = /^\/api\/(alerting\/rule|actions\/connector)\/([^/]+)$/.exec(path) ?? [];
    if (id === undefined) return [404, { message: 'Not Found' }];
    return put(kind === 'alerting/rule' ? rules : connectors, request.method!, id, body);
  };

  /** From now on, these paths are answered with 403. */
  const forbid = (those: RegExp | undefined) => {
    forbidden = those;
  };

  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    paths.push(request.url ?? '');
    const [status, content] = answer(request, body);
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    response.writeHead(status, { 'content-type': 'application/json' }).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.closeAllConnections());
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, objects, rules, connectors, paths, forbid };
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
