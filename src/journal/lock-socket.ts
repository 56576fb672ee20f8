import { spawnSync } from 'node:child_process';
import { chmodSync, closeSync, openSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';

const FILE = 'writer.sock';
/** Longest path of a Unix socket in bytes, on Linux and on others. */
const LONGEST = 103;
/** How long a process that asks may take, in milliseconds. */
const ASK_WITHIN = 10_000;

/** Whether the holder of a folder lives, as the kernel says; `unknown` where it cannot be asked. */
type Answer = 'alive' | 'dead' | 'unknown';

/** Passes a path for the socket on, also where that of the folder is too long for one. */
function withPath<T>(folder: string, use: (path: string) => T): T {
  const path = join(folder, FILE);
  if (Buffer.byteLength(path) <= LONGEST) return use(path);
  const directory = openSync(folder, 'r');
  try {
    return use(`/proc/${process.pid}/fd/${directory}/${FILE}`);
  } finally {
    closeSync(directory);
  }
}

/**
 * Listens on a Unix socket in the folder for as long as the process lives. The kernel closes it with the process, however that
 * ends, and it is reached from other containers on the same machine, whose process ids mean nothing here. The caller holds
 * the lock file. Where the file system has no sockets, there is none.
 */
export function listenAsHolder(folder: string): { close(): void } {
  const server = createServer((socket) => socket.destroy()).unref();
  server.on('error', () => {});
  const path = join(folder, FILE);
  rmSync(path, { force: true });
  withPath(folder, (short) => listenNow(server, short));
  keepPrivate(path);
  return {
    close() {
      server.close();
      rmSync(path, { force: true });
    },
  };
}

/** No other user connects to the socket. */
function keepPrivate(path: string): void {
  try {
    chmodSync(path, 0o600);
  } catch {
    // There is no socket: the file system has none.
  }
}

/** Node binds the socket within the call, and reports failures later. */
const listenNow = (server: Server, path: string) => void server.listen({ path, exclusive: true });

const question = `
  const socket = require('node:net').connect(process.argv[1]);
  socket.on('connect', () => process.exit(10));
  socket.on('error', ({ code }) => process.exit(code === 'ECONNREFUSED' ? 11 : 12));
`;

/** Asks the kernel whether a process listens on the folder's socket. Takes as long as a Node process does to start. */
export function askHolder(folder: string): Answer {
  return withPath(folder, (path) => {
    const { status } = spawnSync(process.execPath, ['-e', question, path], {
      env: {},
      stdio: 'ignore',
      timeout: ASK_WITHIN,
    });
    return status === 10 ? 'alive' : status === 11 ? 'dead' : 'unknown';
  });
}
