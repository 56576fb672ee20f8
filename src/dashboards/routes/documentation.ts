import * as z from 'zod';
import { type Route, route } from './route.ts';

/** `/api/docs`: the routes as a page of plain HTML. Its texts are logboom's own. */
export function documentation(routes: readonly Route[]): Route {
  const page = pageOf(routes);
  return {
    ...route({ path: '/api/docs', summary: 'This page.', query: z.strictObject({}), answer: () => page }),
    type: 'text/html; charset=utf-8',
  };
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string) => text.replace(/[&<>"]/g, (one) => entities[one]!);
/** Text in which `code` stands between backquotes. */
const marked = (text: string) => escaped(text).replace(/`([^`]*)`/g, '<code>$1</code>');

function pageOf(routes: readonly Route[]): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>logboom: API</title>
<meta name="viewport" content="width=device-width"></head><body><main>
<h1>API of logboom</h1>
<p>All requests here are GET and answer JSON. The same as OpenAPI 3.1: <a href="/api/openapi.json">/api/openapi.json</a>.
What changes something is described on the page “API” of the documentation.</p>
${routes.map(sectionOf).join('\n')}
<h2><code>/api/stream</code></h2><p>Server-sent events: <code>transition</code> for each change of an alert, <code>pulse</code> once
a second, and <code>reset</code> where <code>Last-Event-ID</code> is too old to continue.</p>
</main></body></html>`;
}

function sectionOf({ path, summary, query }: Route): string {
  const rows = Object.entries(query.shape).map(
    ([name, schema]) =>
      `<tr><td><code>${escaped(name)}</code></td><td>${marked((schema as z.ZodType).description ?? '')}</td></tr>`,
  );
  const table = rows.length === 0 ? '' : `<table><tbody>${rows.join('')}</tbody></table>`;
  return `<h2><code>${escaped(path)}</code></h2><p>${marked(summary)}</p>${table}`;
}
