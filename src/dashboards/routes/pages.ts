import { readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { packageFile } from '../../util/files.ts';

const types: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Only files of this server run and are shown, nothing is loaded from elsewhere, and no site frames the pages. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

interface Page {
  type: string;
  plain: Buffer;
  zipped: Buffer;
}

/** The built pages: under the test runner those of the last build. */
const built = packageFile('dist/web');

/** The files of the dashboard by their names. They are few and small, so they are kept in memory. */
function readPages(folder: string = built): Map<string, Page> {
  const names = readdirSync(folder).filter((name) => types[extname(name)] !== undefined);
  return new Map(
    names.map((name) => {
      const plain = readFileSync(`${folder}/${name}`);
      return [name, { type: types[extname(name)]!, plain, zipped: gzipSync(plain, { level: 9 }) }];
    }),
  );
}

/** Serves the dashboard at `/ui/`. Names of files other than the page hold a hash of their content, so browsers keep them. */
export function addPages(app: FastifyInstance, pages: ReadonlyMap<string, Page> = readPages()): void {
  app.get('/ui', (_, reply) => reply.redirect('/ui/'));
  app.get('/ui/', (request, reply) => send(pages.get('index.html'), 'no-cache', request, reply));
  app.get<{ Params: { name: string } }>('/ui/:name', (request, reply) =>
    send(pages.get(request.params.name), 'public, max-age=31536000, immutable', request, reply),
  );
}

function send(
  page: Page | undefined,
  keep: string,
  { headers }: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  if (page === undefined) return reply.code(404).send({ error: 'There is no such page. See /ui/' });
  reply.type(page.type).header('content-security-policy', policy).header('cache-control', keep);
  reply.header('vary', 'accept-encoding');
  if (!/\bgzip\b/.test(headers['accept-encoding'] ?? '')) return reply.send(page.plain);
  return reply.header('content-encoding', 'gzip').send(page.zipped);
}
