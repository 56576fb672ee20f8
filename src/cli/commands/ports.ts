import { createServer } from 'node:net';

/** True where a listener can be opened there now. */
export function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host }, () => probe.close(() => resolve(true)));
  });
}

/** The port where it is free; else 0, by which the system gives a free one when the listener is opened. */
export async function portOrAny(port: number, host: string): Promise<number> {
  return (await isFree(port, host)) ? port : 0;
}
