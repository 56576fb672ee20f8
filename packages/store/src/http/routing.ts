import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isObject, type JsonObject, parsed, parseJson, stringify } from '../json.ts';
import { filterPath } from '../path-filter.ts';
import type { Parameters } from '../search/source-filter.ts';
import { illegalArgument, parsingError, StoreError, xContentError } from '../store-error.ts';
import { notOffered } from './not-offered.ts';

/** A request as handlers see it. */
export interface StoreRequest {
  path: Record<string, string | undefined>;
  parameters: Parameters;
  body: Buffer;
  /**
   * The body as an object; an empty body is an empty object.
   * @throws StoreError where it is not a JSON object.
   */
  json(): JsonObject;
  /** Whether the client closed its connection. */
  isGone(): boolean;
}

/** What a handler answers. Without a status it is 200. */
export interface Answer {
  /** Errors are not filtered by `filter_path`, as in Elasticsearch. */
  isError?: boolean;
  /** The body has only the parts that `filter_path` names. */
  isFiltered?: boolean;
  status?: number;
  body?: unknown;
  /** Plain text instead of JSON. */
  text?: string;
}

/**
 * Handles a request. A thrown StoreError is answered in Elasticsearch's form; any other error is
 * answered with status 500 and reported.
 */
type Handler = (request: StoreRequest) => Answer | Promise<Answer>;

/** Parameters that every request accepts. */
const common = ['pretty', 'human', 'error_trace', 'filter_path', 'format', 'source_content_type'];

/** The content type of clients that ask for compatibility with version 8. */
const compatible = 'application/vnd.elasticsearch+json;compatible-with=8';

/** The body as an object. JSON that ends too early has an error of its own, as in Elasticsearch. */
function parseBody(body: Buffer): JsonObject {
  if (body.length === 0) return {};
  let value: unknown;
  try {
    value = parseJson(body);
  } catch (error) {
    const { message } = error as Error;
    // Elasticsearch has separate errors for JSON that ends too early and for malformed JSON.
    const isCut = /end of (JSON|data)|Unterminated|position (\d+)/.exec(message);
    if (isCut && (isCut[2] === undefined || Number(isCut[2]) >= body.toString().length))
      throw new StoreError(400, 'x_content_e_o_f_exception', 'Unexpected end of file');
    throw xContentError(`Failed to parse content to map: ${message}`);
  }
  if (!isObject(value)) throw parsingError('Expected [START_OBJECT] but found another token');
  return value;
}

/** A known parameter that resembles an unknown one, for the error. */
function suggestion(name: string, known: string[]): string {
  const near = known.filter(
    (one) => one.startsWith(name.slice(0, 3)) && Math.abs(one.length - name.length) <= 2,
  );
  return near.length > 0 ? ` -> did you mean [${near[0]}]?` : '';
}

/** Refuses unknown and repeated parameters. */
function checkParameters(request: FastifyRequest, query: Parameters, allowed: string[]): void {
  const known = [...allowed, ...common];
  const twice = Object.keys(query).find((name) => typeof query[name] !== 'string');
  if (twice !== undefined) throw illegalArgument(`the parameter [${twice}] is given more than once`);
  const unknown = Object.keys(query).filter((name) => !known.includes(name));
  const path = request.url.split('?')[0];
  if (unknown.length === 0) return;
  const names = unknown.map((name) => `[${name}]${suggestion(name, known)}`).join(', ');
  throw illegalArgument(
    `request [${path}] contains unrecognized parameter${unknown.length > 1 ? 's' : ''}: ${names}`,
  );
}

/** `/_stats` would otherwise be taken for an index of that name. */
function refuseMissingParts({ params, url }: FastifyRequest): void {
  const { index } = params as StoreRequest['path'];
  const missing = index?.startsWith('_') ? notOffered(url) : undefined;
  if (missing) throw missing;
}

/** A parameter that is present and not `false` is true. */
export function isTrue(value: string | undefined): boolean {
  return value !== undefined && value !== 'false';
}

/** Sends an answer in the format and content type that the request asks for. */
export function send(request: FastifyRequest, reply: FastifyReply, answer: Answer): FastifyReply {
  const query = request.query as Parameters;
  reply.code(answer.status ?? 200);
  if (answer.text !== undefined) return reply.type('text/plain; charset=UTF-8').send(answer.text);
  const accepts = String(request.headers.accept ?? '').replaceAll(' ', '');
  const isCompatible = accepts.startsWith('application/vnd.elasticsearch+json');
  reply.header('content-type', isCompatible ? compatible : 'application/json');
  const body =
    query.filter_path && !answer.isError && !answer.isFiltered
      ? filterPath(answer.body, query.filter_path)
      : answer.body;
  return reply.send(isTrue(query.pretty) ? `${JSON.stringify(parsed(body), null, 2)}\n` : stringify(body));
}

/**
 * Registers a handler for methods and paths, both separated by spaces or in an array. `parameters`
 * names, separated by spaces, what the request may carry besides the common parameters.
 */
export type Route = (methods: string, paths: string | string[], parameters: string, handler: Handler) => void;

/** A `Route` for a server. */
export function router(app: FastifyInstance): Route {
  return (methods, paths, parameters, handler) => {
    const allowed = parameters.split(' ').filter(Boolean);
    for (const url of [paths].flat())
      app.route({
        method: methods.split(' ') as 'GET'[],
        url,
        exposeHeadRoute: false,
        handler: async (request, reply) => {
          const query = request.query as Parameters;
          refuseMissingParts(request);
          checkParameters(request, query, allowed);
          const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
          const path = request.params as StoreRequest['path'];
          return send(
            request,
            reply,
            await handler({
              path,
              parameters: query,
              body,
              json: () => parseBody(body),
              isGone: () => request.raw.socket.destroyed,
            }),
          );
        },
      });
  };
}
