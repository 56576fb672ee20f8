// Stands in for Elasticsearch: takes everything and keeps nothing, or (`stalled`) never answers a bulk request.
import { createServer } from 'node:http';
import { gunzipSync } from 'node:zlib';

const stalled = process.argv[2] === 'stalled';
const headers = { 'x-elastic-product': 'Elasticsearch', 'content-type': 'application/json' };

const whoAnswers = { cluster_name: 'stand-in', version: { number: '8.19.0', build_flavor: 'default' } };

/** Documents in a bulk body: half its lines, for each is preceded by its action. */
function documentsIn(body) {
  let lines = 0;
  for (let at = body.indexOf(10); at !== -1; at = body.indexOf(10, at + 1)) lines += 1;
  return lines / 2;
}

const server = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const isBulk = request.url.startsWith('/_bulk');
    if (isBulk && stalled) return;
    const raw = Buffer.concat(chunks);
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw;
    const items = isBulk ? Array(documentsIn(body)).fill({ create: { status: 201 } }) : [];
    response.writeHead(200, headers);
    if (isBulk) response.end(JSON.stringify({ took: 1, errors: false, items }));
    else response.end(JSON.stringify(request.url === '/' ? whoAnswers : { acknowledged: true }));
  });
});
server.listen(0, '127.0.0.1', () => process.send({ url: `http://127.0.0.1:${server.address().port}` }));
