import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cached, recipes } from './cache.ts';
import { run } from './commands.ts';

export interface Service {
  image?: string;
  build?: { context: string; dockerfile: string };
  command: string[] | null;
  environment?: Record<string, string>;
  ports?: { host_ip?: string; target: number; published: string }[];
  volumes?: { type: 'bind' | 'volume'; source: string; target: string }[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test?: string[]; disable?: boolean };
  stop_grace_period?: string;
}

export interface Project {
  name: string;
  services: Record<string, Service>;
}

/** Docker Compose's own loader, built on first use (some seconds). */
async function ensureLoader(): Promise<string> {
  const folder = await cached('compose-go-2.16.2', async (unfinished) => {
    for (const name of ['main.go', 'go.mod', 'go.sum'])
      await copyFile(join(recipes, 'compose', name), join(unfinished, name));
    const env = { CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false' };
    await run('go', ['build', '-mod=mod', '-trimpath', '-o', 'compose', '.'], { cwd: unfinished, env });
  });
  return join(folder, 'compose');
}

/** A compose file as Docker Compose reads it; rejects with its words where it would refuse it. */
export async function readComposeFile(path: string): Promise<Project> {
  return JSON.parse(await run(await ensureLoader(), [path])) as Project;
}
