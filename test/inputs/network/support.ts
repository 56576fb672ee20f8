import { once } from 'node:events';
import { connect, type NetConnectOpts, type Socket } from 'node:net';
import { expect } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { patience } from '../../support/patience.ts';
import type { Server } from '../../support/server.ts';

/** Opens a connection; it ends with the server or by the test. */
export async function opened(to: NetConnectOpts): Promise<Socket> {
  const socket = connect(to);
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** Sends a text over a connection of its own, and closes it. Rejects where the server does not close its direction, too. */
export async function send(to: NetConnectOpts, text: string): Promise<void> {
  const socket = await opened(to);
  socket.end(text);
  await once(socket, 'close', { signal: AbortSignal.timeout(30_000 * patience) });
}

export const eventsOf = (name: string, kind: string) =>
  `logboom_input_events_total{input="${name}",kind="${kind}"}`;

/** Waits until the index has so many documents, and returns what they say. */
export async function documentsOf(server: Server, index: string, count: number) {
  return eventually(async () => {
    const found = await server.documents(index);
    expect(found).toHaveLength(count);
    return found.map(({ _source }) => _source);
  });
}

/** Numbered lines, so that each can be found once. */
export const numbered = (from: number, to: number, text = 'line'): string[] =>
  Array.from({ length: to - from }, (_, i) => `${text} ${from + i}`);

/** The documents hold each message once, in any order. */
export function expectEachOnce(found: Record<string, unknown>[], lines: string[]): void {
  expect(found.map(({ message }) => String(message)).sort()).toEqual([...lines].sort());
}
