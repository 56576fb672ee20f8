import { createServer } from 'node:net';

/** Whether the port can be opened now. */
export function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host }, () => probe.close(() => resolve(true)));
  });
}

/** The port if it is free, else 0, which makes the system choose a free port. */
export async function portOrAny(port: number, host: string): Promise<number> {
  return (await isFree(port, host)) ? port : 0;
}
