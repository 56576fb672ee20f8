import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './commands.ts';

/** An instruction: `COPY` and what follows it. */
export type Instruction = [name: string, rest: string];

/** The instructions of a Dockerfile; a line that ends with a backslash goes on in the next. */
export function instructionsOf(text: string): Instruction[] {
  return text
    .replace(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => /^[A-Z]+ /.test(line))
    .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1).trim()]);
}

/** What an image would be: a folder for its root, and how it is started. */
export interface Built {
  /** The folder that stands for `/`. */
  root: string;
  workdir: string;
  env: Record<string, string>;
  user: string;
  entrypoint: string[];
  cmd: string[];
  healthcheck: string[];
  remove(): Promise<void>;
}

/**
 * Runs the steps of a Dockerfile where no container engine is: each stage in a clean folder that stands for its root,
 * with what COPY brings there and nothing else. Base images are not had: the Node.js at hand is taken for theirs, and
 * whoever runs this for the image's user.
 */
export async function buildByHand(dockerfile: string, context: string): Promise<Built> {
  const folder = await mkdtemp(join(tmpdir(), 'logboom-image-'));
  const tools = await toolsWithoutUsers(folder);
  const stages = new Map<string, Built>();
  let stage: Built | undefined;
  for (const [name, rest] of instructionsOf(dockerfile)) {
    if (name === 'FROM') {
      stage = await emptyStage(join(folder, `stage-${stages.size}`), folder);
      stages.set(/ AS (\S+)$/.exec(rest)?.[1] ?? `${stages.size}`, stage);
    } else await perform(stage!, name, rest, { context, tools, stages });
  }
  return stage!;
}

async function emptyStage(root: string, folder: string): Promise<Built> {
  await mkdir(root, { recursive: true });
  const remove = () => rm(folder, { recursive: true, force: true });
  return { root, workdir: '/', env: {}, user: 'root', entrypoint: [], cmd: [], healthcheck: [], remove };
}

/** Giving a folder to a user that this machine does not know is left out. */
async function toolsWithoutUsers(folder: string): Promise<string> {
  const tools = join(folder, 'tools');
  await mkdir(tools);
  await writeFile(join(tools, 'chown'), '#!/bin/sh\n', { mode: 0o755 });
  return tools;
}

interface Around {
  context: string;
  tools: string;
  stages: Map<string, Built>;
}

async function perform(stage: Built, name: string, rest: string, around: Around): Promise<void> {
  switch (name) {
    case 'WORKDIR':
      stage.workdir = rest;
      await mkdir(join(stage.root, rest), { recursive: true });
      return;
    case 'COPY':
      return copy(stage, rest, around);
    case 'RUN':
      return step(stage, rest, around.tools);
    case 'ENV': {
      const [, key, value] = /^(\w+)=(.*)$/.exec(rest)!;
      stage.env[key!] = value!;
      return;
    }
    case 'USER':
      stage.user = rest;
      return;
    case 'ENTRYPOINT':
      stage.entrypoint = JSON.parse(rest);
      return;
    case 'CMD':
      stage.cmd = JSON.parse(rest);
      return;
    case 'HEALTHCHECK':
      stage.healthcheck = JSON.parse(rest.slice(rest.indexOf('CMD') + 4));
      return;
    case 'EXPOSE':
    case 'VOLUME':
      return;
    default:
      throw new Error(`The Dockerfile has ${name}, which this does not know.`);
  }
}

async function copy(stage: Built, rest: string, { context, stages }: Around): Promise<void> {
  const [, from, paths] = /^(?:--from=(\S+) )?(.*)$/.exec(rest)!;
  const sources = paths!.split(' ');
  const target = sources.pop()!;
  for (const source of sources) {
    const origin = from === undefined ? context : stages.get(from)!.root;
    const into = target.endsWith('/') ? join(target, source.split('/').at(-1)!) : target;
    await cp(join(origin, source), join(stage.root, stage.workdir, into), {
      recursive: true,
      verbatimSymlinks: true,
    });
  }
}

/** Absolute paths are the image's own. */
const within = (root: string, command: string) => command.replace(/(^|\s)(\/[a-z])/g, `$1${root}$2`);

async function step(stage: Built, command: string, tools: string): Promise<void> {
  const env = { ...stage.env, PATH: `${tools}:${process.env.PATH}`, HOME: stage.root };
  await run('sh', ['-ec', within(stage.root, command)], { cwd: join(stage.root, stage.workdir), env });
}
