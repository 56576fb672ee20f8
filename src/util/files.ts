import { randomUUID } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import { LogboomError, messageOf } from '../errors.ts';

/**
 * The folder of the package: the nearest one above this module with a package.json. In a bundle the module is at another depth
 * than in the sources.
 */
const packageFolder = (() => {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
})();

/** The absolute path of a file or folder that comes with logboom, by its path within the package. */
export const packageFile = (path: string): string => join(packageFolder, path);

/** logboom's version, from its package.json. */
export const version = (JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as { version: string })
  .version;

/**
 * The file for a worker thread, by the path of its module within `src`, without the ending. It is the built one, because Node.js 20
 * cannot load TypeScript. Each name is an entry in `scripts/bundle.mjs`.
 */
export const workerFile = (name: string): string => packageFile(`dist/${name}.js`);

/** Names the calling worker thread for the system, so that `top -H` shows which thread is busy. Only Linux has such names. */
export function nameThread(name: string): void {
  if (isMainThread || process.platform !== 'linux') return;
  try {
    writeFileSync('/proc/thread-self/comm', name);
  } catch {
    // Without /proc the thread keeps the name of the process.
  }
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

/**
 * Writes a file by way of another one, so that its readers find the old text or the new one, never a part, also after a power failure. Makes the
 * folder where it is missing. `mode`: permissions of the file; by default those of a new file. Throws where the disk refuses it; then nothing has changed.
 */
export function writeWhole(path: string, text: string, mode?: number): void {
  // A name of its own: a file such as `logboom.yml.new` may be someone's copy.
  const draft = `${path}.${randomUUID()}.tmp`;
  mkdirSync(dirname(path), { recursive: true });
  try {
    // No other user may read it before it has its permissions.
    writeFileSync(draft, text, { flag: 'wx', flush: true, mode: mode === undefined ? 0o666 : 0o600 });
    if (mode !== undefined) chmodSync(draft, mode);
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}
