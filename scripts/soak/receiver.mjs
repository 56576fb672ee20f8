// Takes notifications, and may be told to refuse some of them.
import { createServer } from 'node:http';

/** `fails`: the share of requests that are taken and answered with 503, or not at all. */
export async function startReceiver(random, fails = 0) {
  /** By idempotency key. */
  const messages = new Map();
  const told = { requests: 0, refused: 0 };
  const server = createServer(async (request, response) => {
    let text = '';
    try {
      for await (const chunk of request) text += chunk;
    } catch {
      return;
    }
    told.requests += 1;
    if (random() < fails) {
      told.refused += 1;
      if (random() < 0.5) response.destroy();
      else response.writeHead(503).end();
      return;
    }
    const key = request.headers['idempotency-key'];
    messages.set(key, [...(messages.get(key) ?? []), JSON.parse(text)]);
    response.writeHead(200).end();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    messages,
    told,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
