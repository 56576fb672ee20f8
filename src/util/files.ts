import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { LogboomError, messageOf } from '../errors.ts';

/** Two folders up from here is the package, in the sources as in the build. */
const manifest = new URL('../../package.json', import.meta.url);

/** logboom's version, from its package.json. */
export const version = (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;

/**
 * The file for a worker thread: `relative` to the module at `moduleUrl`. If the sources themselves run (under the test
 * runner), Node cannot load TypeScript in a worker, so the file of the build is returned.
 */
export function workerEntry(moduleUrl: string, relative: string): string {
  const path = fileURLToPath(new URL(relative, moduleUrl));
  if (!moduleUrl.endsWith('.ts')) return path.replace(/\.ts$/, '.js');
  return path.replace(/([\\/])src([\\/])(?!.*[\\/]src[\\/])/, '$1dist$2').replace(/\.ts$/, '.js');
}

/** Reads a file that a setting names. Throws `CONFIG_INVALID`, naming setting and file, if it cannot be read. */
export function readConfiguredFile(setting: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    const message = `${setting} names ${path}, which cannot be read: ${messageOf(cause)}`;
    throw new LogboomError('CONFIG_INVALID', message, { cause });
  }
}

/** Cleanup steps, to be run in reverse order. A step that fails does not keep the others from running. */
export class Cleanup {
  #steps: (() => unknown)[] = [];

  add(step: () => unknown): void {
    this.#steps.push(step);
  }

  /** Runs each step once, however often it is called. Rejects with all errors after every step was tried. */
  async run(): Promise<void> {
    const steps = this.#steps.reverse();
    this.#steps = [];
    const errors: unknown[] = [];
    for (const step of steps) {
      try {
        await step();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0)
      throw errors.length === 1 ? errors[0] : new AggregateError(errors, 'could not stop cleanly');
  }
}
