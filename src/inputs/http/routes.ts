import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { HttpInputConfig } from '../../config/schema/network-inputs.ts';
import { messageOf } from '../../errors.ts';
import { apiKeySecret, basicSecret, bearerSecret, type Credential } from '../../listeners/credentials.ts';
import { createGuard, isRefusal } from '../../listeners/guard.ts';
import type { NetworkInputTelemetry } from '../../telemetry/components/network-input.ts';
import { bulkAnswer } from './bulk.ts';
import { clusterAnswers } from './cluster-answers.ts';
import { ElasticsearchError, TryLater } from './elasticsearch-error.ts';
import type { HttpSender, Intake } from './intake.ts';
import { type BodyMemory, type RequestBody, readBody } from './request-body.ts';
import type { Senders } from './senders.ts';

interface RoutesOptions {
  config: HttpInputConfig;
  telemetry: NetworkInputTelemetry;
  intake: Intake;
  memory: BodyMemory;
  senders: Senders;
  onBody: (bytes: number) => void;
  onRefused: (events: number) => void;
}

/** Content types of `_bulk`, as Elasticsearch takes them. */
const bulkType = /^(application\/(json|x-ndjson|vnd\.elasticsearch\+(json|x-ndjson))|text\/plain)\s*(;|$)/i;
const compatible = 'application/vnd.elasticsearch+json';
const challenge = 'Basic realm="logboom", charset="UTF-8", ApiKey, Bearer';

/** Headers of every answer. Elastic's clients check the product; the others keep a browser from running an answer. */
const headers = {
  'X-elastic-product': 'Elasticsearch',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
};

/** The requests that the input answers. */
export function addRoutes(app: FastifyInstance, options: RoutesOptions): void {
  protect(app, options.config);
  // Bodies are read by the routes, which know their limits.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  app.addHook('onSend', async ({ headers: { accept } }, reply, payload) => {
    reply.headers(headers);
    if (String(accept).startsWith(compatible)) reply.header('content-type', String(accept).split(',')[0]);
    return payload;
  });
  app.addHook('onResponse', async (request, reply) => count(options.telemetry, request, reply));
  app.setErrorHandler((error: FastifyError, _request, reply) => refuse(reply, error));
  app.setNotFoundHandler((request, reply) => unknown(request, reply));
  clusterAnswers(app, options.config.version);
  app.post('/events', (request, reply) => takeEvents(request, reply, options));
  for (const url of ['/_bulk', '/:index/_bulk'])
    app.route({
      method: ['POST', 'PUT'],
      url,
      handler: (request, reply) => takeBulk(request, reply, options),
    });
}

function protect(app: FastifyInstance, config: HttpInputConfig): void {
  const guard = createGuard(`inputs (${config.name})`, config, credentialsOf(config), challenge);
  app.addHook('onRequest', async (request, reply) => {
    const judged = guard(request.raw, 'operate');
    if (!isRefusal(judged)) return;
    if (judged.challenge !== undefined) reply.header('www-authenticate', judged.challenge);
    throw new ElasticsearchError(judged.status, 'security_exception', judged.reason);
  });
}

function credentialsOf({ user, password, api_key, token }: HttpInputConfig): Credential[] {
  const known: [name: string, secret: string | undefined][] = [
    [user ?? '', user !== undefined && password !== undefined ? basicSecret(user, password) : undefined],
    ['api_key', api_key === undefined ? undefined : apiKeySecret(api_key)],
    ['token', token === undefined ? undefined : bearerSecret(token)],
  ];
  return known.flatMap(([name, secret]) =>
    secret === undefined ? [] : [{ name, role: 'operate' as const, secret }],
  );
}

async function takeEvents(request: FastifyRequest, reply: FastifyReply, options: RoutesOptions) {
  const { intake } = options;
  const type = String(request.headers['content-type'] ?? '');
  return withBody(request, reply, options, async (sender, body) => ({
    accepted: await intake.events(sender, body.bytes, type),
  }));
}

async function takeBulk(request: FastifyRequest, reply: FastifyReply, options: RoutesOptions) {
  const { 'content-type': type } = request.headers;
  if (type !== undefined && !bulkType.test(type))
    throw new ElasticsearchError(
      406,
      'media_type_header_exception',
      `Content-Type header [${type}] is not supported`,
    );
  const began = performance.now();
  const { index } = request.params as { index?: string };
  const { pipeline } = request.query as { pipeline?: string };
  const defaults = { ...(index !== undefined && { index }), ...(pipeline !== undefined && { pipeline }) };
  return withBody(request, reply, options, async (sender, body) => {
    const { actions, refusals } = await options.intake.bulk(sender, body.bytes, defaults);
    options.onRefused(refusals.size);
    return bulkAnswer(actions, refusals, performance.now() - began);
  });
}

/** Reads the body and answers with what `store` returns, once it has stored the events. */
async function withBody(
  { raw, headers }: FastifyRequest,
  reply: FastifyReply,
  { config, intake, memory, senders, onBody }: RoutesOptions,
  store: (sender: HttpSender, body: RequestBody) => Promise<object>,
): Promise<object> {
  const { sender, answered } = senders.begin(raw.socket);
  let well = false;
  reply.raw.once('close', () => answered(well && reply.raw.writableFinished));
  intake.checkRoom();
  const encoding = headers['content-encoding'];
  const body = await readBody(raw, encoding, { most: config.maxBody, memory });
  onBody(body.received);
  try {
    const answer = await store(sender, body);
    well = true;
    return answer;
  } finally {
    body.release();
  }
}

/** Answers with an error of Elasticsearch's form. */
function refuse(reply: FastifyReply, error: FastifyError) {
  const refusal = asRefusal(error);
  if (refusal instanceof TryLater) reply.header('retry-after', String(refusal.retryAfter));
  // Parts of it may be stored. What is sent again over another connection is recognised.
  if (refusal.status === 503) reply.header('connection', 'close');
  refusals.set(reply, refusal.message);
  return reply.code(refusal.status).send(refusal.body);
}

/** Reasons of refused requests, for the log. */
const refusals = new WeakMap<FastifyReply, string>();

function asRefusal(error: FastifyError): ElasticsearchError {
  if (error instanceof ElasticsearchError) return error;
  const status = error.statusCode ?? 500;
  const type = status < 500 ? 'illegal_argument_exception' : 'exception';
  return new ElasticsearchError(status, type, messageOf(error));
}

function unknown(request: FastifyRequest, reply: FastifyReply) {
  const path = request.url.split('?')[0]!;
  const reason = `no handler found for uri [${path}] and method [${request.method}]`;
  refusals.set(reply, reason);
  const hint = 'This is the HTTP input of logboom: it takes POST /events and POST /_bulk.';
  return reply.code(400).send({ error: `${reason}. ${hint}`, status: 400 });
}

function count(telemetry: NetworkInputTelemetry, request: FastifyRequest, reply: FastifyReply): void {
  const { remoteAddress = 'a client' } = request.raw.socket;
  telemetry.answered(reply.statusCode, remoteAddress, refusals.get(reply));
}
