import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as after } from 'node:timers/promises';

export interface PeerProcess {
  readonly pid: number;
  readonly running: boolean;
  /** All that it wrote to its standard output and error output. */
  output(): string;
  /** Asks it to end, and forces it to after `within` milliseconds. Resolves when it is gone. */
  end(signal?: 'SIGTERM' | 'SIGKILL', within?: number): Promise<void>;
}

export interface SpawnOptions {
  log: string;
  cwd: string;
  env?: Record<string, string>;
}

/** Processes that are still there when the test run ends by itself are not left behind. */
const leftBehind = new Set<number>();
process.on('exit', () => {
  for (const pid of leftBehind) signalGroup(pid, 'SIGKILL');
});

/**
 * Starts a peer as the leader of a process group of its own. It is ended through that group, by the id of the
 * process that was started here, with whatever children it has.
 */
export function startProcess(command: string, args: string[], { log, cwd, env }: SpawnOptions): PeerProcess {
  const output = openSync(log, 'a');
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', output, output], detached: true });
  closeSync(output);
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const pid = child.pid ?? 0;
  if (pid > 0) leftBehind.add(pid);
  return {
    pid,
    get running() {
      return isRunning(child);
    },
    output: () => readFileSync(log, 'utf8'),
    end: (signal = 'SIGTERM', within = 30_000) => end(pid, gone, signal, within),
  };
}

function isRunning(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

async function end(pid: number, gone: Promise<void>, signal: NodeJS.Signals, within: number): Promise<void> {
  if (pid === 0) return;
  signalGroup(pid, signal);
  const deadline = Date.now() + within;
  while (groupIsAlive(pid) && Date.now() < deadline) await after(20);
  signalGroup(pid, 'SIGKILL');
  await gone;
  while (groupIsAlive(pid)) await after(20);
  leftBehind.delete(pid);
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is gone already, which is what was wanted.
  }
}

function groupIsAlive(pid: number): boolean {
  try {
    process.kill(-pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Asks again until the answer is neither undefined nor false; rejects in words after `within` milliseconds. */
export async function eventually<Result>(
  what: string,
  ask: () => Promise<Result | undefined | false> | Result | undefined | false,
  within = 120_000,
): Promise<Result> {
  const deadline = Date.now() + within;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > deadline) throw new Error(`not within ${within} ms: ${what}`);
    await after(50);
  }
}
