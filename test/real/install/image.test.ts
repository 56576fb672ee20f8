import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePort } from '../../support/ports.ts';
import { run } from '../support/commands.ts';
import { type Built, buildByHand } from '../support/dockerfile.ts';
import { eventually, type PeerProcess, startProcess } from '../support/processes.ts';

const context = fileURLToPath(new URL('../../..', import.meta.url));
const dockerfile = readFileSync(join(context, 'docker/Dockerfile'), 'utf8');

let image: Built;
let cwd: string;
let env: Record<string, string>;
let server: PeerProcess;

/** What the image starts or asks; its `/data` is a folder here, and its ports are free ones. */
const inImage = (command: string[]) => run(command[0]!, command.slice(1), { cwd, env });

beforeAll(async () => {
  image = await buildByHand(dockerfile, context);
  cwd = join(image.root, image.workdir);
  env = {
    PATH: process.env.PATH!,
    ...image.env,
    LOGBOOM_DATA: join(image.root, image.env.LOGBOOM_DATA!),
    LOGBOOM_INPUTS_LUMBERJACK_PORT: String(await freePort()),
    LOGBOOM_STORE_PORT: String(await freePort()),
    LOGBOOM_API_PORT: String(await freePort()),
  };
  const [command, ...args] = [...image.entrypoint, ...image.cmd];
  server = startProcess(command!, args, { log: join(image.root, 'output.log'), cwd, env });
});
afterAll(async () => {
  await server?.end();
  await image?.remove();
});

it('holds the built server and what it needs to run, and no tools to build it', async () => {
  expect((await readdir(cwd)).sort()).toEqual([
    ...['assets', 'dist', 'node_modules', 'package.json', 'packages', 'patterns', 'stubs'],
  ]);
  const modules = await readdir(join(cwd, 'node_modules'));
  expect(modules).toContain('lmdb');
  for (const tool of ['typescript', 'vitest', 'fast-check']) expect(modules).not.toContain(tool);
});

it('serves, and its health check says so', async () => {
  const healthy = () => inImage(image.healthcheck).catch(() => undefined);
  expect(await eventually('the health check is content', healthy)).toMatch(/health +healthy/);
});

it('takes what the generator of the same image ships', async () => {
  const port = env.LOGBOOM_INPUTS_LUMBERJACK_PORT!;
  await inImage([...image.entrypoint, 'generate', '--port', port, '--count', '200', '--fast']);
  const search = async () => {
    const answer = await fetch(`http://127.0.0.1:${env.LOGBOOM_STORE_PORT}/logs-*/_count`);
    return ((await answer.json()) as { count: number }).count === 200;
  };
  await eventually('all is indexed', search);
  expect(await readdir(env.LOGBOOM_DATA!)).toContain('journal');
});

it('stops well when it is asked to, as process 1 has to', async () => {
  await server.end('SIGTERM', 20_000);
  expect(server.output().trimEnd().split('\n').at(-1)).toContain('stopped');
  await expect(inImage(image.healthcheck)).rejects.toThrow('No logboom answers');
});

it('plays the tutorial', async () => {
  const told = await inImage([...image.entrypoint, 'demo', '--fast', '--once']);
  expect(told).toContain('alert');
});
