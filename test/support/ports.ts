import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

const host = '127.0.0.1';
/** Below the ports that systems give out by themselves: from 32,768 on at Linux, from 49,152 on elsewhere. */
const range = { lowest: 10_000, highest: 32_000 };

/** Test processes at most; vitest numbers those that run at the same time from 1. */
const processes = 16;

/**
 * The part of the range that the test process with number `pool` chooses from. A port that another process has chosen looks free until
 * the server that it is for listens.
 */
export function portsOf(pool: number): { lowest: number; highest: number } {
  const size = Math.floor((range.highest - range.lowest) / processes);
  const lowest = range.lowest + (pool % processes) * size;
  return { lowest, highest: lowest + size };
}

/**
 * A port that stays free while its server is down. One that the system chose (port 0) does not: any connection of this
 * machine may get it as its own end, even one of a client that tries that very port again and again, and then meets itself.
 */
export async function freePort(): Promise<number> {
  const { lowest, highest } = portsOf(Number(process.env.VITEST_POOL_ID ?? 0));
  for (;;) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest));
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) return port;
  }
}

/** Ports that this process has given out or found taken: two listeners of a test must not get the same. */
const given = new Set<number>();

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}

/** Resolves when the server listens, and rejects when it cannot. */
export async function listening(server: Server, port: number): Promise<void> {
  server.listen(port, host);
  await once(server, 'listening');
}
