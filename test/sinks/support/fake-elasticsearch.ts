import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { freePort, listening } from '../../support/ports.ts';

/** One action of a bulk request, as the fake read it. */
export interface FakeAction {
  action: string;
  index: string;
  id: string;
  document: string;
}

export interface FakeRequest {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
  actions: FakeAction[];
}

/** What the fake does with a bulk request; `undefined` leaves it to the fake's own, well-behaved store. */
export type Fault =
  | { status: number; body?: object; headers?: Record<string, string> }
  | { items: Scripted }
  | 'reset'
  | 'never'
  | { after: number }
  | undefined;

export interface FakeElasticsearch {
  url: string;
  requests: FakeRequest[];
  bulks: () => FakeRequest[];
  /** Documents by index and id, as `create` and `index` left them. */
  documents: Map<string, string>;
  /** Number of times that each id was written. */
  writes: Map<string, number>;
  /** Decides about each bulk request, with its number from 0. */
  onBulk: (request: FakeRequest, number: number) => Fault;
  /** Decides about every other request. */
  onOther: (request: FakeRequest) => Fault;
  /** Index templates, component templates and policies, by name. */
  templates: Map<string, Record<string, unknown>>;
  /** What a full distribution has beside: ILM, and rights of the user by name, all of which are granted unless false. */
  ilm: boolean;
  rights: Record<string, boolean> | undefined;
  indices: Set<string>;
  /** Data streams that were created without a document. */
  streams: Set<string>;
  close(): Promise<void>;
}

const headers = { 'x-elastic-product': 'Elasticsearch', 'content-type': 'application/json' };

/** A scriptable Elasticsearch: well-behaved by itself, and as bad as a test asks for. */
export async function startFakeElasticsearch(port?: number): Promise<FakeElasticsearch> {
  const server = createServer();
  const fake: FakeElasticsearch = {
    url: '',
    requests: [],
    bulks: () => fake.requests.filter((request) => request.path.startsWith('/_bulk')),
    documents: new Map(),
    writes: new Map(),
    onBulk: () => undefined,
    onOther: () => undefined,
    templates: new Map(),
    ilm: false,
    rights: undefined,
    indices: new Set(),
    streams: new Set(),
    close: () => closed(server),
  };
  server.on('request', async (request, response) => {
    const read = await readRequest(request).catch(() => undefined);
    if (read) answer(fake, read, response);
  });
  await listening(server, port ?? (await freePort()));
  fake.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return fake;
}

async function readRequest(request: IncomingMessage): Promise<FakeRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const raw = Buffer.concat(chunks);
  const body = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw).toString();
  const path = request.url ?? '/';
  const actions = path.startsWith('/_bulk') ? actionsIn(body) : [];
  return { method: request.method ?? 'GET', path, headers: request.headers, body, actions };
}

function actionsIn(body: string): FakeAction[] {
  const lines = body.split('\n');
  return Array.from({ length: (lines.length - 1) / 2 }, (_, i) => {
    const [[action, meta]] = Object.entries(JSON.parse(lines[2 * i]!)) as [[string, Record<string, string>]];
    return { action, index: meta._index!, id: meta._id!, document: lines[2 * i + 1]! };
  });
}

function answer(fake: FakeElasticsearch, request: FakeRequest, response: ServerResponse): void {
  const number = fake.bulks().length;
  fake.requests.push(request);
  const isBulk = request.path.startsWith('/_bulk');
  const fault = isBulk ? fake.onBulk(request, number) : fake.onOther(request);
  const good = () => (isBulk ? storeAll(fake, request.actions) : template(fake, request));
  if (fault === 'never') return;
  if (fault === 'reset') response.socket?.resetAndDestroy();
  else if (fault === undefined) send(response, good());
  else if ('after' in fault) setTimeout(() => send(response, good()), fault.after);
  else if ('items' in fault) send(response, storeAll(fake, request.actions, fault.items));
  else send(response, { status: fault.status, body: fault.body ?? {} }, fault.headers);
}

function send(response: ServerResponse, { status, body }: { status: number; body: object }, more = {}): void {
  response.writeHead(status, { ...headers, ...more });
  response.end(JSON.stringify(body));
}

type Scripted = Array<{ status: number; type?: string; reason?: string; failure_store?: string } | undefined>;

function storeAll(fake: FakeElasticsearch, actions: FakeAction[], scripted?: Scripted) {
  const items = actions.map((action, i) => {
    const own = scripted?.[i];
    const status = own && own.status >= 300 ? own.status : store(fake, action);
    const error =
      status < 300 ? {} : { error: { type: own?.type ?? 'fault', reason: own?.reason ?? 'scripted' } };
    const { failure_store } = own ?? {};
    return { [action.action]: { status, ...(failure_store && { failure_store }), ...error } };
  });
  const kept = scripted ? items.slice(0, scripted.length) : items;
  return { status: 200, body: { took: 1, errors: true, items: kept } };
}

function store(fake: FakeElasticsearch, { action, index, id, document }: FakeAction): number {
  const key = `${index}/${id}`;
  if (action === 'create' && fake.documents.has(key)) return 409;
  fake.documents.set(key, document);
  fake.writes.set(key, (fake.writes.get(key) ?? 0) + 1);
  return 201;
}

const unknownUri = { status: 400, body: { error: 'no handler found for uri' } };

function template(fake: FakeElasticsearch, request: FakeRequest) {
  const { method, body } = request;
  const path = request.path.split('?')[0]!;
  if (path === '/') return { status: 200, body: { name: 'n1', version: { number: '8.19.0' } } };
  if (path === '/_ilm/status')
    return fake.ilm ? { status: 200, body: { operation_mode: 'RUNNING' } } : unknownUri;
  if (path === '/_security/user/_has_privileges') return privileges(fake, body);
  if (!path.startsWith('/_')) return index(fake, method, path.slice(1));
  const name = path.split('/').at(-1)!;
  if (path.startsWith('/_data_stream/')) return dataStream(fake, name);
  if (method === 'PUT') {
    fake.templates.set(name, JSON.parse(body));
    return { status: 200, body: { acknowledged: true } };
  }
  const found = fake.templates.get(name);
  if (!found) return { status: 404, body: { error: { type: 'resource_not_found_exception' }, status: 404 } };
  return { status: 200, body: answered(path, name, found) };
}

/** As a real server gives it back: settings nested and as text, defaults written out. */
function answered(path: string, name: string, found: Record<string, unknown>) {
  if (path.startsWith('/_ilm')) return { [name]: { version: 1, modified_date: 'then', ...found } };
  const kind = path.startsWith('/_component') ? 'component_template' : 'index_template';
  const streams = { data_stream: { hidden: false, allow_custom_routing: false } };
  return { [`${kind}s`]: [{ name, [kind]: { ...found, ...('data_stream' in found && streams) } }] };
}

interface Asked {
  cluster: string[];
  index: Array<{ names: string[]; privileges: string[] }>;
}

function privileges({ rights }: FakeElasticsearch, body: string) {
  if (!rights) return unknownUri;
  const asked = JSON.parse(body) as Asked;
  const granted = (names: string[]) => Object.fromEntries(names.map((name) => [name, rights[name] ?? true]));
  const index = Object.fromEntries(
    asked.index.flatMap(({ names, privileges }) => names.map((name) => [name, granted(privileges)])),
  );
  return { status: 200, body: { has_all_requested: false, cluster: granted(asked.cluster), index } };
}

/** Creates a data stream. One that is there is refused, as by a real server. */
function dataStream({ streams }: FakeElasticsearch, name: string) {
  const type = 'resource_already_exists_exception';
  const error = { type, reason: `data_stream [${name}] already exists` };
  if (streams.has(name)) return { status: 400, body: { error, status: 400 } };
  streams.add(name);
  return { status: 200, body: { acknowledged: true } };
}

/** An index: whether it is there, or making it. */
function index(fake: FakeElasticsearch, method: string, name: string) {
  const there = fake.indices.has(name);
  if (method === 'PUT') fake.indices.add(name);
  const exists = { error: { type: 'resource_already_exists_exception' }, status: 400 };
  if (method === 'PUT')
    return there ? { status: 400, body: exists } : { status: 200, body: { acknowledged: true } };
  return { status: there ? 200 : 404, body: {} };
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
