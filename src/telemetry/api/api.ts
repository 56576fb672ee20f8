import type { AddressInfo } from 'node:net';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { Counter } from 'prom-client';
import { type ErrorCode, LogboomError, messageOf } from '../../errors.ts';
import type { Role } from '../../listeners/credentials.ts';
import { createGuard, isRefusal, roleFor } from '../../listeners/guard.ts';
import { type SecureHttp, secureHttp } from '../../listeners/secure.ts';
import type { Millis } from '../../model.ts';
import type { ReloadAnswer } from '../components/reload.ts';
import type { Instruments } from '../metrics.ts';
import { type AlertActions, addAlerts } from './alerts.ts';
import { type ApiSettings, credentialsOf } from './credentials.ts';
import { addDeadLetters, type DeadLetterAction } from './dead-letters.ts';
import type { Health } from './health.ts';
import type { Status } from './status.ts';

export interface ApiOptions {
  config: ApiSettings;
  status: () => Promise<Status> | Status;
  health: () => Promise<Health> | Health;
  /** The Prometheus text. */
  metrics: () => Promise<string>;
  /** Answers `?alert=…` or `?rule=…&at=…&group=…`. */
  explain?: (asked: Record<string, string>) => Promise<unknown>;
  /** Serves `POST /dead-letters/retry` and `/dead-letters/drop`. */
  deadLetters?: DeadLetterAction;
  reload?: () => Promise<ReloadAnswer>;
  /** Serves `/alerts` and `/silences`. */
  alerts?: AlertActions;
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
}

export interface Api {
  url: string;
  /** Reads the certificate files now, where there are any. */
  reloadCertificates(): Promise<void>;
  stop(): Promise<void>;
}

const links = {
  '/alerts': 'open alerts; POST /alerts/acknowledge and /alerts/assign with their ids',
  '/explain': 'why an alert fired (?alert=id), or why a rule did or did not (?rule=name&at=time&group=group)',
  '/health': 'whether the journal and its readers move: 200, or 503 with the reasons',
  '/metrics': 'metrics in the Prometheus text format',
  '/reload': 'POST takes up the changed configuration: what changed, or 400 with its problems',
  '/silences': 'silences; POST adds one, POST /silences/expire ends some',
  '/status': 'inputs, journal, readers, alerts, sink and notifiers as JSON',
};

/** Answers are for programs and must not be cached; nothing in them may run or be framed in a browser. */
const headers = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

const limits = {
  bodyLimit: 1024,
  requestTimeout: 10_000,
  keepAliveTimeout: 5_000,
  // By default Node checks for requests that take too long every 30 s only.
  http: { maxHeaderSize: 16 * 1024, connectionsCheckingInterval: 1_000 },
} as const;
const maxConnections = 256;

function protect(app: FastifyInstance, config: ApiSettings): void {
  const guard = createGuard('api', config, credentialsOf(config), 'Bearer, Basic realm="logboom"');
  app.addHook('onRequest', async (request, reply) => {
    const judged = guard(request.raw, request.routeOptions.config?.role ?? roleFor(request.method));
    if (!isRefusal(judged)) return;
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

function addRoutes(app: FastifyInstance, { status, health, metrics }: ApiOptions): void {
  app.get('/', () => ({ name: 'logboom', links }));
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

/** HTTP status codes of expected failures of `/explain`. */
const codes: Partial<Record<ErrorCode, number>> = { USAGE: 400, NOT_EXPLAINABLE: 404, BUSY: 503 };

function addExplain(app: FastifyInstance, explain: NonNullable<ApiOptions['explain']>): void {
  app.get('/explain', async (request, reply) => {
    const asked = request.query as Record<string, string | string[]>;
    const twice = Object.keys(asked).find((name) => Array.isArray(asked[name]));
    if (twice !== undefined) return reply.code(400).send({ error: `\`${twice}\` is given twice.` });
    try {
      return await explain(asked as Record<string, string>);
    } catch (error) {
      const code = error instanceof LogboomError ? codes[error.code] : undefined;
      if (code === undefined) throw error;
      return reply.code(code).send({ error: messageOf(error) });
    }
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
  app.server.maxConnections = maxConnections;
  app.addHook('onSend', async (_, reply) => void reply.headers(headers));
  suspendIdleTimeout(app, idleTimeout);
  watch(app, instruments);
  protect(app, config);
  app.setNotFoundHandler(answerUnknown);
  addRoutes(app, options);
  if (options.explain) addExplain(app, options.explain);
  if (options.deadLetters) addDeadLetters(app, options.deadLetters);
  if (options.alerts) addAlerts(app, options.alerts);
  if (options.reload) addReload(app, options.reload);
  const url = await listen(app, config);
  const certificates = await secure.watch(app.server, options.certificateCheck);
  instruments.log.info({ 'url.full': url }, `API listens on ${url}`);
  const stop = async () => {
    certificates.stop();
    await app.close();
  };
  return { url, reloadCertificates: certificates.reload, stop };
}

/** `POST /reload`: answers what changed, or 400 with all problems of the configuration. */
function addReload(app: FastifyInstance, reload: () => Promise<ReloadAnswer>): void {
  app.post('/reload', async (_, reply) => {
    const { applied, ...answer } = await reload();
    if (applied) return answer;
    const error = 'The configuration has problems; the one before stays in force.';
    return reply.code(400).send({ error, ...answer });
  });
}
