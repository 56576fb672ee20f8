import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pick, seededRandom } from '../../src/generator/random.ts';
import { longest, mutate } from './mutate.ts';
import type { Watchdog } from './watchdog.ts';

/** Something that takes bytes from strangers. */
export interface Target {
  /** Words of its language, which the mutations use. */
  words: readonly string[];
  /**
   * Takes an input and tells in a few words what became of it: inputs with new outcomes are worth changing further.
   * Throws where a promise is broken; an expected refusal is an outcome.
   */
  run(input: Buffer): string | Promise<string>;
  /** Undoes what inputs have piled up. */
  tidy?(): Promise<void>;
}

const corpora = fileURLToPath(new URL('./corpus', import.meta.url));

/** Inputs that are kept: seeds by which mutations begin, and every input that ever broke something. */
export function corpusOf(name: string): { file: string; bytes: Buffer }[] {
  const folder = join(corpora, name);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .map((file) => ({ file, bytes: readFileSync(join(folder, file)) }));
}

/** Where an input goes that broke something: beside the others, to be tested from then on. */
export function keep(name: string, input: Buffer, what: string): string {
  const folder = join(corpora, name);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${what}-${createHash('sha256').update(input).digest('hex').slice(0, 12)}`);
  writeFileSync(file, input);
  return file;
}

/** Processor time, for the machine may be busy with something else. */
const cost = () => process.cpuUsage();
const longestRun = 2_000_000;
const mostMemory = 512 * 2 ** 20;
const held = () => {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

/** Runs one input; throws with a reason where it crashed, took too long, or held too much memory. */
export async function attempt(target: Target, input: Buffer, watch?: Watchdog): Promise<string> {
  const [began, before] = [cost(), held()];
  watch?.begin(input);
  const outcome = await target.run(input);
  watch?.end();
  const { user, system } = process.cpuUsage(began);
  if (user + system > longestRun) throw new Error(`took ${(user + system) / 1e6} s of processor time`);
  if (held() - before > mostMemory) throw new Error(`took ${held() - before} bytes of memory`);
  return outcome;
}

export interface Found {
  runs: number;
  outcomes: number;
  broken: { file: string; error: unknown }[];
}

const tidyAfter = 2_000;
const largestPool = 3_000;
/** Long inputs are tried, but what is changed further is short: more can be tried of it. */
const longestKept = 4_096;

/** Changes the corpus at random for so many seconds. The same seed and corpus begin with the same inputs. */
export async function campaign(
  name: string,
  target: Target,
  { seconds, seed, watch }: { seconds: number; seed: number; watch?: Watchdog },
): Promise<Found> {
  const random = seededRandom(seed);
  const pool = corpusOf(name).map(({ bytes }) => bytes.subarray(0, longest));
  const seen = new Set<string>();
  const broken = new Map<string, Found['broken'][number]>();
  let runs = 0;
  for (const until = Date.now() + seconds * 1000; Date.now() < until; ) {
    const input = mutate(pick(random, pool), random, pick(random, pool), target.words);
    runs += 1;
    try {
      const outcome = await attempt(target, input, watch);
      if (!seen.has(outcome) && pool.length < largestPool && input.length <= longestKept) pool.push(input);
      seen.add(outcome);
    } catch (error) {
      watch?.end();
      const kind = String((error as Error).stack ?? error)
        .replace(/\d+/g, '0')
        .split('\n')
        .slice(0, 3)
        .join(' ');
      if (!broken.has(kind)) broken.set(kind, { file: keep(name, input, 'broken'), error });
      if (broken.size >= 20) break;
    }
    if (runs % tidyAfter === 0) await target.tidy?.();
  }
  return { runs, outcomes: seen.size, broken: [...broken.values()] };
}

/** A message without what differs from input to input. */
export const gist = (text: string): string => text.replace(/[^a-z ]+/gi, '…').slice(0, 60);
