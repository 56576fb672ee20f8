import type { ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { Millis } from '../../model.ts';

/** An event of `/api/stream`: its name, and data that is sent as JSON. */
interface StreamEvent {
  id: string;
  name: string;
  data: unknown;
}

/** Events that a client gets after it was away. */
const remembered = 500;
const mostClients = 64;
const keepAlive: Millis = 15_000;
/** A client that reads so far behind is dropped; it connects again and gets what it missed. */
const mostBuffered = 1_024 * 1_024;

/**
 * Server-sent events to all clients. Ids count up within one start of the server. A client that comes back names the last id that it
 * had, and gets what it missed, or `reset`, which says that it has to load everything anew.
 */
export class EventStream {
  readonly #start = Date.now().toString(36);
  readonly #events: StreamEvent[] = [];
  readonly #clients = new Set<ServerResponse>();
  #last = 0;
  readonly #heart = setInterval(() => this.#send(': still here\n\n'), keepAlive);

  constructor() {
    this.#heart.unref();
  }

  get clients(): number {
    return this.#clients.size;
  }

  /** To clients that are there, and to those that come back. */
  publish(name: string, data: unknown): void {
    this.#last += 1;
    const event = { id: `${this.#start}-${this.#last}`, name, data };
    this.#events.push(event);
    if (this.#events.length > remembered) this.#events.shift();
    this.#send(textOf(event));
  }

  /** To connected clients alone: the next one supersedes it. */
  pulse(name: string, data: unknown): void {
    this.#send(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  /** Returns false where there are too many clients. */
  add(client: ServerResponse, lastId: string | undefined): boolean {
    if (this.#clients.size >= mostClients) return false;
    client.on('close', () => this.#clients.delete(client));
    client.on('error', () => this.#clients.delete(client));
    this.#clients.add(client);
    client.write(`retry: 2000\n\n${this.#missed(lastId)}`);
    return true;
  }

  stop(): void {
    clearInterval(this.#heart);
    for (const client of this.#clients) client.end();
  }

  #missed(lastId: string | undefined): string {
    const current = `event: hello\nid: ${this.#start}-${this.#last}\ndata: {}\n\n`;
    if (lastId === undefined || lastId === '') return current;
    const [start, number] = lastId.split('-');
    const behind = this.#last - Number(number);
    const isKnown = start === this.#start && behind >= 0 && behind <= this.#events.length;
    if (!isKnown) return current.replace('hello', 'reset');
    return behind === 0 ? current : this.#events.slice(-behind).map(textOf).join('');
  }

  #send(text: string): void {
    for (const client of this.#clients)
      if (client.writableLength > mostBuffered) client.destroy();
      else client.write(text);
  }
}

const textOf = ({ id, name, data }: StreamEvent) =>
  `id: ${id}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`;

/** Serves `/api/stream`. `headers` are those of every answer of the API. */
export function addStream(app: FastifyInstance, stream: EventStream, headers: Record<string, string>): void {
  app.get('/api/stream', (request, reply) => {
    const lastId = request.headers['last-event-id'];
    const { raw } = reply;
    if (stream.clients >= mostClients)
      return reply.code(503).send({ error: `${mostClients} clients listen already; try again later.` });
    reply.hijack();
    raw.writeHead(200, { ...headers, 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
    stream.add(raw, typeof lastId === 'string' ? lastId : undefined);
    return reply;
  });
  app.addHook('preClose', async () => stream.stop());
}
