import type { IncomingMessage } from 'node:http';
import type { ServerOptions } from 'node:https';
import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';
import Fastify, { type FastifyError, type FastifyInstance, type FastifyRequest } from 'fastify';
import type { Engine } from '../engine.ts';
import { PointsInTime } from '../search/contexts.ts';
import { Turns } from '../search/turns.ts';
import { errorBody, StoreError } from '../store-error.ts';
import type { StoreTelemetry } from '../telemetry.ts';
import { type Authorize, protect } from './access.ts';
import { bulkRoutes } from './bulk-routes.ts';
import { catRoutes } from './cat-routes.ts';
import { clusterRoutes } from './cluster-routes.ts';
import { documentRoutes } from './document-routes.ts';
import { indexRoutes } from './index-routes.ts';
import { inspectionRoutes } from './inspection-routes.ts';
import { notOffered } from './not-offered.ts';
import { RequestBodies } from './request-body.ts';
import { router, send } from './routing.ts';
import { scrollRoutes } from './scroll-routes.ts';
import { searchRoutes } from './search-routes.ts';
import { templateRoutes } from './template-routes.ts';

/** Bytes of a body, also after decompression. Elasticsearch's `http.max_content_length`. */
const maxBodyBytes = 100 * 2 ** 20;

const noSchemas = () => {
  throw new Error('routes of the store have no schemas');
};

/** Options of the server. */
const options = {
  logger: false,
  /** Requests are checked by the routes themselves, so Fastify's compilers of schemas are not loaded. */
  schemaController: { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } },
  bodyLimit: maxBodyBytes,
  /** Milliseconds for a whole request to arrive. Without it, Fastify would wait for ever. */
  requestTimeout: 120_000,
  forceCloseConnections: true,
  routerOptions: { maxParamLength: 4096, ignoreTrailingSlash: true, ignoreDuplicateSlashes: true },
} as const;
/** Connections at a time. Further ones are closed. */
const maxConnections = 1_024;

/**
 * Headers of every answer. Clients check the product; the others keep a browser from running what a
 * document holds.
 */
const headers = {
  'X-elastic-product': 'Elasticsearch',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
  'cross-origin-resource-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
};

/** Content encodings that the store reads. */
const unpackers = { gzip: promisify(gunzip), deflate: promisify(inflate) } as const;

/**
 * The body, decompressed.
 * @throws StoreError 415 for other encodings, 413 beyond the limit, 400 for damaged data.
 */
async function unpack(encoding: string | undefined, body: Buffer): Promise<Buffer> {
  if (!encoding || encoding === 'identity') return body;
  const unpacker = Object.hasOwn(unpackers, encoding)
    ? unpackers[encoding as keyof typeof unpackers]
    : undefined;
  if (!unpacker)
    throw new StoreError(415, 'illegal_argument_exception', `unknown content encoding [${encoding}]`);
  try {
    return (await unpacker(body, { maxOutputLength: maxBodyBytes })) as Buffer;
  } catch (error) {
    const isLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    const reason = isLarge
      ? 'entity content is too long for the configured buffer limit'
      : 'Not in GZIP format';
    throw new StoreError(
      isLarge ? 413 : 400,
      isLarge ? 'content_too_long_exception' : 'zip_exception',
      reason,
    );
  }
}

/** Any error as a StoreError. Errors of Fastify keep their status; all others become 500. */
function toStoreError(error: FastifyError): StoreError {
  if (error instanceof StoreError) return error;
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE')
    return new StoreError(
      413,
      'content_too_long_exception',
      'entity content is too long for the configured buffer limit',
    );
  if (error.statusCode && error.statusCode < 500)
    return new StoreError(error.statusCode, 'illegal_argument_exception', error.message);
  return new StoreError(500, 'exception', error.message);
}

/** Content types of requests with a body. */
const mediaType = /^(application\/(json|x-ndjson|vnd\.elasticsearch\+(json|x-ndjson))|text\/plain)\s*(;|$)/i;

/**
 * The HTTP server: Fastify with Elasticsearch's headers, error bodies and rules for content types.
 * It does not listen yet; its caller closes it.
 */
export function buildServer(
  engine: Engine,
  telemetry: StoreTelemetry,
  authorize?: Authorize,
  https?: ServerOptions,
): FastifyInstance {
  const app = Fastify({ ...options, ...(https && { https }) }) as FastifyInstance;
  app.server.maxConnections = maxConnections;
  if (authorize) protect(app, authorize);
  app.removeAllContentTypeParsers();
  const bodies = new RequestBodies(maxBodyBytes);
  app.addContentTypeParser('*', async (request: FastifyRequest, payload: IncomingMessage) => {
    const body = await bodies.read(payload);
    const type = request.headers['content-type'];
    if (type && !mediaType.test(type) && body.length > 0)
      throw new StoreError(
        406,
        'media_type_header_exception',
        `Content-Type header [${type}] is not supported`,
      );
    return unpack(request.headers['content-encoding'], body);
  });
  app.addHook('onSend', async (_request, reply) => void reply.headers(headers));
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const refusal = toStoreError(error);
    if (refusal.status >= 500) telemetry.requestFailed(request.method, request.url, error);
    return send(request, reply, { status: refusal.status, body: errorBody(refusal), isError: true });
  });
  const route = router(app);
  const pits = new PointsInTime(engine.now);
  const turns = new Turns();
  app.addHook('preClose', async () => turns.stop());
  clusterRoutes(route, engine);
  catRoutes(route, engine);
  indexRoutes(route, engine);
  templateRoutes(route, engine);
  bulkRoutes(route, engine, telemetry, bodies);
  documentRoutes(route, engine);
  searchRoutes(route, engine, telemetry, pits, turns);
  scrollRoutes(route, engine, pits, turns);
  inspectionRoutes(route, engine);
  refuseUnknownPaths(app);
  return app;
}

/** Methods for which a path may have a handler. */
const verbs = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'];

/**
 * Answers unknown paths with 400, and known paths with another method with 405, as Elasticsearch
 * does.
 */
function refuseUnknownPaths(app: FastifyInstance): void {
  app.setNotFoundHandler((request, reply) => {
    const allowed = verbs.filter(
      (method) => app.findRoute({ method: method as 'GET', url: request.url }) !== null,
    );
    const missing = notOffered(request.url);
    if (missing) throw missing;
    const reason = `no handler found for uri [${request.url}] and method [${request.method}]`;
    const wrong = `Incorrect HTTP method for uri [${request.url}] and method [${request.method}], allowed: [${allowed.join(', ')}]`;
    return send(request, reply, {
      status: allowed.length ? 405 : 400,
      body: { error: allowed.length ? wrong : reason, status: allowed.length ? 405 : 400 },
    });
  });
}
