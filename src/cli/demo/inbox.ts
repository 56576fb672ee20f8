import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as z from 'zod';
import { BodyMemory, readBody } from '../../inputs/http/request-body.ts';

export interface Inbox {
  url: string;
  close(): void;
}

/** Bytes of the longest message that is taken. */
const most = 2 ** 20;
const messageSchema = z.object({ text: z.string() });

/** The receiver of the demo's webhook: it hands over each message that arrives. Other requests are answered with 400. */
export async function openInbox(host: string, onMessage: (text: string) => void): Promise<Inbox> {
  const server = createServer(async (request, response) => {
    const text = await textOf(request).catch(() => undefined);
    if (text === undefined) response.statusCode = 400;
    else onMessage(text);
    response.end();
  }).listen(0, host);
  await once(server, 'listening');
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}/`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Rejects where the request is no message of the demo's webhook. */
async function textOf(request: IncomingMessage): Promise<string> {
  const { bytes } = await readBody(request, undefined, { most, memory: new BodyMemory(most) });
  return messageSchema.parse(JSON.parse(bytes.toString())).text;
}
