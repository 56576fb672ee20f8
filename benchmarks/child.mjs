// A child process of the benchmark: asked over IPC or read from its output, and watched through /proc.
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Ticks of the scheduler's clock a second; Linux shows 100 to every program, whatever it uses itself. */
const ticks = 100;

/** CPU seconds that a process and all its threads have used. */
export function cpuOf(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name in parentheses may hold spaces; what follows it are numbers.
  const numbers = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(numbers[11]) + Number(numbers[12])) / ticks;
}

/** Megabytes resident: now, at the peak, and of now's those that are pages of files, which the kernel can take back. */
export function memoryOf(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const megabytes = (name) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1] ?? 0) / 1024;
  return { now: megabytes('VmRSS'), peak: megabytes('VmHWM'), files: megabytes('RssFile') };
}

/** A module of this folder as a process of its own. `first` is what it says when it is ready; `ask` resolves with an answer. */
export function startModule(file, args = [], options = {}) {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const child = fork(path, args.map(String), { ...options, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const failed = once(child, 'exit').then(([code]) => {
    throw new Error(`${file} ended with ${code}`);
  });
  failed.catch(() => {});
  const first = once(child, 'message').then(([message]) => message);
  const ask = async (request) => {
    const answer = once(child, 'message');
    child.send(request);
    return (await Promise.race([answer, failed]))[0];
  };
  return {
    pid: child.pid,
    first: Promise.race([first, failed]),
    ask,
    stop: () => ended(child, () => child.kill()),
  };
}

/** A program that prints where it listens as its first line, and ends with its standard input. */
export async function startProgram(path) {
  const child = spawn(path, { stdio: ['pipe', 'pipe', 'ignore'] });
  let output = '';
  child.stdout.on('data', (text) => {
    output += text;
  });
  while (!output.includes('\n')) await once(child.stdout, 'data');
  const stop = async () => {
    await ended(child, () => child.stdin.end());
    return output.trim().split('\n').slice(1);
  };
  return { pid: child.pid, port: Number(output.split('\n')[0].split(':').at(-1)), stop };
}

async function ended(child, end) {
  const exit = once(child, 'exit');
  end();
  await exit;
}
