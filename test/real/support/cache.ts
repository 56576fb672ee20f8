import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** Where built peers are kept between runs: outside the repository, for they are some hundred megabytes. */
export const cacheFolder = process.env.LOGBOOM_PEERS ?? join(homedir(), '.cache', 'logboom-peers');

/** The recipes: sources and lists of versions from which peers are built. */
export const recipes = fileURLToPath(new URL('../peers', import.meta.url));

/**
 * Returns the path of `name` in the cache, building it on first use. What is built appears under its name only
 * when it is complete, so a build that was broken off leaves nothing that a later run would take for a peer.
 */
export async function cached(name: string, build: (folder: string) => Promise<void>): Promise<string> {
  const path = join(cacheFolder, name);
  if (existsSync(path)) return path;
  await mkdir(cacheFolder, { recursive: true });
  return withLock(`${path}.lock`, async () => {
    if (existsSync(path)) return path;
    const unfinished = await mkdtemp(`${path}.building-`);
    try {
      await build(unfinished);
      await rename(unfinished, path);
    } finally {
      await rm(unfinished, { recursive: true, force: true });
    }
    return path;
  });
}

/** Lets one process at a time build; a lock whose holder is gone is taken over. */
async function withLock<Result>(file: string, work: () => Promise<Result>): Promise<Result> {
  while (!(await lock(file))) await after(500);
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

async function lock(file: string): Promise<boolean> {
  try {
    const handle = await open(file, 'wx');
    await handle.writeFile(String(process.pid));
    await handle.close();
    return true;
  } catch {
    const holder = Number(await readFile(file, 'utf8').catch(() => ''));
    if (holder > 0 && !isAlive(holder)) await rm(file, { force: true });
    return false;
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (failure) {
    return (failure as NodeJS.ErrnoException).code === 'EPERM';
  }
}
