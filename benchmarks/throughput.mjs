// Events a second and a CPU second from the socket to the counted window, beside go-lumber's server decoding the same stream.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { cpuOf, memoryOf, startModule, startProgram } from './child.mjs';
import { windowSize } from './stream.mjs';

/** Windows that only warm a server up: its CPU seconds are counted after them. */
const warmUp = 60;

export function startSender(windows, level) {
  return startModule('./sender.mjs', [windows, level]);
}

/** Sends all windows of a sender and takes the time between warm-up and the last event counted. */
async function measure({ sender, windows, server, port, counted }) {
  await sender.ask({ port, to: warmUp });
  await counted();
  const [cpu, began] = [cpuOf(server.pid), performance.now()];
  await sender.ask({ port, from: warmUp });
  await counted();
  const events = (windows - warmUp) * windowSize;
  const seconds = (performance.now() - began) / 1000;
  return {
    perSecond: events / seconds,
    perCpuSecond: events / (cpuOf(server.pid) - cpu),
    peak: memoryOf(server.pid).peak,
  };
}

export async function runLogboom(sender, windows, { rules, execArgv = [] } = {}) {
  const server = startModule('./server.mjs', rules ? [JSON.stringify(rules)] : [], {
    execArgv,
  });
  const { port } = await server.first;
  const figures = await measure({ sender, windows, server, port, counted: () => server.ask('counted') });
  await sender.ask({ port, from: 0, to: 0, close: true });
  await server.ask('counted');
  const { events } = await server.ask('result');
  await server.stop();
  const sent = windows * windowSize;
  if (!rules && events !== sent) throw new Error(`${sent} events were sent, and the windows hold ${events}`);
  return figures;
}

/** Builds go-lumber's server; undefined where there is no Go. */
export function buildGoLumber() {
  const cwd = fileURLToPath(new URL('./go-lumber', import.meta.url));
  const program = fileURLToPath(new URL('../node_modules/.cache/logboom-bench-go-lumber', import.meta.url));
  const { status, error, stderr } = spawnSync('go', ['build', '-o', program, '.'], { cwd, encoding: 'utf8' });
  if (error) return undefined;
  if (status !== 0) throw new Error(`go build failed: ${stderr}`);
  return program;
}

export async function runGoLumber(sender, windows, program) {
  const server = await startProgram(program);
  const { port } = server;
  const figures = await measure({ sender, windows, server, port, counted: async () => {} });
  const [events] = await server.stop();
  const sent = windows * windowSize;
  if (Number(events) !== sent) throw new Error(`${sent} events were sent, and go-lumber decoded ${events}`);
  return figures;
}
