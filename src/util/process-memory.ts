import { readFileSync } from 'node:fs';

/** The resident memory of this process, in bytes. */
export interface ProcessMemory {
  /** Its own: heaps, buffers, stacks. */
  own: number;
  /** Pages of files that are mapped, such as those of LMDB. They are the system's cache, which takes them back when it needs memory. */
  files: number;
}

const kilobytes = (status: string, name: string) =>
  Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) * 1024;

/** Reads it from Linux; undefined elsewhere, where the resident memory is known only as a whole. */
export function processMemory(
  read = () => readFileSync('/proc/self/status', 'utf8'),
): ProcessMemory | undefined {
  if (process.platform !== 'linux') return undefined;
  const status = read();
  const [own, files] = [kilobytes(status, 'RssAnon'), kilobytes(status, 'RssFile')];
  return Number.isNaN(own + files) ? undefined : { own, files };
}
