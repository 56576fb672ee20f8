// Stands in for Elasticsearch: counts documents and keeps nothing, or (`stalled`) never answers a bulk request. Asked over IPC, it says how
// many documents it has counted.
import { createServer } from 'node:http';
import { gunzipSync } from 'node:zlib';

const stalled = process.argv[2] === 'stalled';
const headers = { 'x-elastic-product': 'Elasticsearch', 'content-type': 'application/json' };
let counted = 0;

const whoAnswers = {
  ...{ name: 'stand-in', cluster_name: 'stand-in', cluster_uuid: 'stand-in' },
  version: { number: '8.19.0', build_flavor: 'default', lucene_version: '9.12.0' },
  tagline: 'You Know, for Search',
};
const license = {
  license: { uid: 'stand-in', type: 'basic', status: 'active', expiry_date_in_millis: 4e12 },
};

/** Documents in a bulk body: half its lines, for each is preceded by its action. */
function documentsIn(body) {
  let lines = 0;
  for (let at = body.indexOf(10); at !== -1; at = body.indexOf(10, at + 1)) lines += 1;
  return lines / 2;
}

function answerTo(path) {
  if (path === '/') return whoAnswers;
  return path.startsWith('/_license') ? license : { acknowledged: true };
}

const server = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const isBulk = request.url.startsWith('/_bulk');
    if (isBulk && stalled) return;
    const raw = Buffer.concat(chunks);
    const body = isBulk && request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw;
    const count = isBulk ? documentsIn(body) : 0;
    counted += count;
    const items = Array(count).fill({ create: { status: 201 } });
    response.writeHead(200, headers);
    response.end(JSON.stringify(isBulk ? { took: 1, errors: false, items } : answerTo(request.url)));
  });
});
process.on('message', () => process.send({ counted }));
server.listen(0, '127.0.0.1', () => process.send({ url: `http://127.0.0.1:${server.address().port}` }));
