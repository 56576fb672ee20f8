import type { AddressInfo } from 'node:net';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { Counter } from 'prom-client';
import { LogboomError, messageOf } from '../../errors.ts';
import type { Client, Role } from '../../listeners/credentials.ts';
import { createGuard, isRefusal, roleFor } from '../../listeners/guard.ts';
import { expectProxyHeaders } from '../../listeners/proxied-server.ts';
import { type SecureHttp, secureHttp } from '../../listeners/secure.ts';
import type { Millis } from '../../model.ts';
import type { Instruments } from '../metrics.ts';
import type { ReloadAnswer } from '../reload-answer.ts';
import { type AlertActions, addAlerts, addDeadLetters, type DeadLetterAction } from './alerts.ts';
import { type ApiSettings, credentialsOf } from './credentials.ts';
import { addCapsule, addExplain, type CapsuleAction, type Explain } from './explain.ts';
import type { Health } from './health.ts';
import { dashboardLinks, links } from './links.ts';
import { addReload, type ReloadActions } from './reload.ts';
import type { RuleActions } from './rule-edits.ts';
import { addRules } from './rules.ts';
import { addStatistics, type StatisticsSource } from './statistics.ts';
import type { Status } from './status.ts';

export interface ApiOptions {
  config: ApiSettings;
  status: () => Promise<Status> | Status;
  health: () => Promise<Health> | Health;
  /** The Prometheus text. */
  metrics: () => Promise<string>;
  /** Answers `?alert=…` or `?rule=…&at=…&group=…`. */
  explain?: Explain;
  /** Serves `POST /dead-letters/retry` and `/dead-letters/drop`. */
  deadLetters?: DeadLetterAction;
  reload?: () => Promise<ReloadAnswer>;
  /** Serves `POST /reload` with `dryRun`. */
  dryRun?: ReloadActions['dryRun'];
  /** Serves `/api/alerts/capsule`. */
  capsule?: CapsuleAction | undefined;
  /** Serves `/api/rules/source`, `/try` and `/save`. */
  rules?: RuleActions | undefined;
  /** Serves `/stats`. */
  statistics?: StatisticsSource | undefined;
  /** Serves `/alerts` and `/silences`. */
  alerts?: AlertActions;
  /** Adds the web dashboard and what it asks. `headers` are those of each answer. */
  dashboard?: (app: FastifyInstance, headers: Record<string, string>) => void;
  instruments: Instruments;
  /** How often the certificate files are checked. */
  certificateCheck?: Millis;
  /** How long a connection may be idle before it is closed; default 30 s. */
  idleTimeout?: Millis;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The role that a route needs where its method does not decide it: GET and HEAD need `read`, others `operate`. */
    role?: Role;
  }
  interface FastifyRequest {
    /** Who asks; set once the guard has let the request in. */
    client: Client | undefined;
  }
}

export interface Api {
  url: string;
  /** Reads the certificate files now, where there are any. */
  reloadCertificates(): Promise<void>;
  stop(): Promise<void>;
}

/** Answers are for programs and must not be cached; nothing in them may run or be framed in a browser. */
const headers = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** Headers that a route has set otherwise. */
const ownHeaders = (reply: FastifyReply) =>
  Object.fromEntries(Object.entries(reply.getHeaders()).filter(([name]) => Object.hasOwn(headers, name)));

const limits = {
  bodyLimit: 1024,
  requestTimeout: 10_000,
  keepAliveTimeout: 5_000,
  // By default Node checks for requests that take too long every 30 s only.
  http: { maxHeaderSize: 16 * 1024, connectionsCheckingInterval: 1_000 },
} as const;
const maxConnections = 256;

function protect(app: FastifyInstance, config: ApiSettings): void {
  app.decorateRequest('client', undefined);
  const guard = createGuard('api', config, credentialsOf(config), 'Bearer, Basic realm="logboom"');
  app.addHook('onRequest', async (request, reply) => {
    const judged = guard(request.raw, request.routeOptions.config?.role ?? roleFor(request.method));
    if (!isRefusal(judged)) {
      request.client = judged;
      return;
    }
    if (judged.challenge !== undefined) reply.header('www-authenticate', judged.challenge);
    return reply.code(judged.status).send({ error: judged.reason });
  });
}

function answerUnknown(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const path = request.url.split('?')[0]!;
  if (path !== '/' && !Object.hasOwn(links, path)) {
    return reply.code(404).send({ error: `There is nothing at ${path}.`, links });
  }
  return reply
    .code(405)
    .header('allow', path === '/reload' ? 'POST' : 'GET, HEAD')
    .send({ error: `${path} answers ${path === '/reload' ? 'POST' : 'GET'} only.` });
}

/** Browsers name HTML before anything else; programs ask for JSON, or for anything. */
const prefersHtml = ({ headers }: FastifyRequest) => /^text\/html\b/.test(headers.accept ?? '');

function addRoutes(app: FastifyInstance, { status, health, metrics, dashboard }: ApiOptions): void {
  app.get('/', (request, reply) =>
    dashboard && prefersHtml(request)
      ? reply.redirect('/ui/')
      : reply.send({ name: 'logboom', links: dashboard ? { ...links, ...dashboardLinks } : links }),
  );
  app.get('/status', () => status());
  app.get('/health', async (_, reply) => {
    const found = await health();
    return reply.code(found.healthy ? 200 : 503).send(found);
  });
  app.get('/metrics', async (_, reply) => {
    const text = await metrics();
    return reply.type('text/plain; version=0.0.4; charset=utf-8').send(text);
  });
}

/** The idle timeout is off while an answer is computed: sending dead letters again takes minutes. */
function suspendIdleTimeout(app: FastifyInstance, idleTimeout: Millis): void {
  app.addHook('preHandler', async ({ raw }) => void raw.socket.setTimeout(0));
  app.addHook('onSend', async ({ raw }) => void raw.socket.setTimeout(idleTimeout));
}

function watch(app: FastifyInstance, { log, metrics }: Instruments): void {
  const requests = new Counter({
    name: 'logboom_api_requests_total',
    help: 'Requests to the API.',
    labelNames: ['path', 'code'],
    registers: [metrics],
  });
  app.addHook('onResponse', async (request, reply) => {
    requests.inc({ path: request.routeOptions.url ?? 'unknown', code: reply.statusCode });
  });
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    const code = error.statusCode ?? 500;
    if (code >= 500) log.error({ err: error, 'url.path': request.url }, 'the API could not answer');
    return reply
      .code(code)
      .send({ error: code >= 500 ? 'This could not be answered; see the log.' : error.message });
  });
}

async function listen(app: FastifyInstance, { host, port, ssl_enabled }: ApiSettings): Promise<string> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    await app.close();
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    const message = `Port ${port} of the API is in use; set \`api.port\` to another one (0 takes a free one).`;
    throw new LogboomError('PORT_IN_USE', message, { cause: messageOf(error) });
  }
  const { address, family, port: bound } = app.server.address() as AddressInfo;
  return `http${ssl_enabled ? 's' : ''}://${family === 'IPv6' ? `[${address}]` : address}:${bound}`;
}

const noSchemas = () => {
  throw new Error('routes of the API have no schemas');
};
/** Requests are checked by zod, so Fastify's own compilers of schemas are not loaded. */
const schemaController = { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } };

/** Node's limits are passed to the server's constructor; with TLS Fastify expects them under `https`. */
function server({ options }: SecureHttp, connectionTimeout: Millis): FastifyInstance {
  const { http, ...rest } = limits;
  const common = {
    ...rest,
    ...({ connectionTimeout, forceCloseConnections: true, logger: false, schemaController } as const),
  };
  if (options === undefined) return fastify({ ...common, http });
  return fastify({ ...common, https: { ...options, ...http } }) as unknown as FastifyInstance;
}

/** Starts the API of logboom itself: `/health`, `/metrics`, `/status`, `/explain`, and what operators ask for. */
export async function startApi(options: ApiOptions): Promise<Api> {
  const { config, instruments, idleTimeout = 30_000 } = options;
  const secure = await secureHttp(config, 'api', instruments.log);
  const app = server(secure, idleTimeout);
  const { log } = instruments;
  if (config.proxy_protocol)
    expectProxyHeaders(app.server, {
      allowsLocal: true,
      refused: (client, reason) => log.info({ client }, `the API refused a connection: ${reason}`),
    });
  app.server.maxConnections = maxConnections;
  app.addHook('onSend', async (_, reply) => void reply.headers({ ...headers, ...ownHeaders(reply) }));
  suspendIdleTimeout(app, idleTimeout);
  watch(app, instruments);
  protect(app, config);
  app.setNotFoundHandler(answerUnknown);
  addRoutes(app, options);
  if (options.explain) addExplain(app, options.explain);
  if (options.deadLetters) addDeadLetters(app, options.deadLetters);
  if (options.alerts) addAlerts(app, options.alerts);
  if (options.statistics) addStatistics(app, options.statistics);
  if (options.capsule) addCapsule(app, options.capsule);
  if (options.rules) addRules(app, options.rules);
  if (options.reload) addReload(app, { reload: options.reload, dryRun: options.dryRun });
  options.dashboard?.(app, headers);
  const url = await listen(app, config);
  const certificates = await secure.watch(app.server, options.certificateCheck);
  instruments.log.info({ 'url.full': url }, `API listens on ${url}`);
  const stop = async () => {
    certificates.stop();
    await app.close();
  };
  return { url, reloadCertificates: certificates.reload, stop };
}
