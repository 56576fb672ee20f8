import { unlink } from 'node:fs/promises';
import { connect, type ListenOptions, type Server } from 'node:net';
import { LogboomError, messageOf } from '../../errors.ts';

/** Where an input listens. */
export type Place = { host: string; port: number; path?: string | undefined };

export const placeName = ({ host, port, path }: Place): string =>
  path ?? `${host.includes(':') ? `[${host}]` : host}:${port}`;

/** The error of a listener that could not start, with its remedy. */
export function listenProblem(name: string, place: Place, cause: NodeJS.ErrnoException): LogboomError {
  const where = placeName(place);
  if (cause.code === 'EADDRINUSE') {
    const remedy = `Stop the program that uses it, or choose another address for input ${name}.`;
    return new LogboomError('PORT_IN_USE', `${where} is in use already. ${remedy}`, { cause });
  }
  const remedy = cause.code === 'EACCES' ? ' Ports below 1024 need the capability CAP_NET_BIND_SERVICE.' : '';
  const message = `Input ${name} cannot listen on ${where}: ${messageOf(cause)}.${remedy}`;
  return new LogboomError('CONFIG_INVALID', message, { cause });
}

/** Starts a server on an address or a Unix socket. Throws PORT_IN_USE and CONFIG_INVALID. */
export async function listenOn(server: Server, name: string, place: Place): Promise<void> {
  if (place.path !== undefined) await removeStale(place.path);
  const options: ListenOptions =
    place.path === undefined ? { host: place.host, port: place.port } : { path: place.path };
  await new Promise<void>((resolve, reject) => {
    const failed = (error: Error) => reject(listenProblem(name, place, error));
    server.once('error', failed);
    server.listen(options, () => {
      server.off('error', failed);
      resolve();
    });
  });
}

/** The address with the port that the system gave. */
export function boundTo(server: Server, place: Place): Place {
  const bound = server.address();
  return typeof bound === 'object' && bound !== null ? { host: bound.address, port: bound.port } : place;
}

/** A process that was killed leaves its socket file behind, and nobody can listen there until it is removed. */
async function removeStale(path: string): Promise<void> {
  const isAbandoned = await new Promise<boolean>((resolve) => {
    const probe = connect({ path });
    probe.once('connect', () => resolve(false));
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'));
    probe.once('close', () => probe.destroy());
  });
  if (isAbandoned) await unlink(path).catch(() => undefined);
}
