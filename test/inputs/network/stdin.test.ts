import { execFileSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { reported } from '../../support/eventually.ts';
import { aFolder } from '../../support/folder.ts';
import { Server } from '../../support/server.ts';
import { documentsOf, eventsOf, expectEachOnce, numbered } from './support.ts';

const aServer = () =>
  Server.withConfig({ inputs: [{ kind: 'stdin', name: 'in', dataset: 'piped.app' }], rules: [] });
const index = 'logs-piped.app-default';
const textOf = (lines: string[]) => lines.map((line) => `${line}\n`).join('');

it('a server that is killed holds each line of standard input once that it counted', async () => {
  const server = await aServer();
  server.stdin = 'pipe';
  const all: string[] = [];
  for (const [from, to] of [
    [0, 2_000],
    [2_000, 2_001],
  ] as const) {
    const lines = numbered(from, to);
    await server.start();
    server.child!.stdin!.write(textOf(lines));
    await reported(server, eventsOf('in', 'stdin'), lines.length);
    await server.kill();
    all.push(...lines);
  }
  server.stdin = 'ignore';
  await server.start();
  expectEachOnce(await documentsOf(server, index, all.length), all);
});

/** A named pipe stays while the server is away, with what nobody has read. */
function aNamedPipe() {
  const path = join(aFolder(), 'pipe');
  execFileSync('mkfifo', [path]);
  const keeper = openSync(path, 'r+');
  onTestFinished(() => closeSync(keeper));
  return path;
}

it('a server that is killed while a named pipe is full reads the rest of it, and no line twice', async () => {
  const path = aNamedPipe();
  const server = await aServer();
  const start = async () => {
    const reading = openSync(path, 'r');
    server.stdin = reading;
    await server.start();
    closeSync(reading);
  };
  const count = 20_000;
  const lines = numbered(0, count, 'a line of a program that writes on and on');
  const writer = await open(path, 'r+');
  onTestFinished(() => writer.close());
  await start();
  const text = textOf(lines);
  const half = text.indexOf(`${lines[count / 2]}\n`);
  await writer.writeFile(text.slice(0, half));
  // A server that stands still reads nothing, so the pipe is full when it is killed.
  server.child!.kill('SIGSTOP');
  let isWritten = false;
  const rest = writer.writeFile(text.slice(half)).then(() => {
    isWritten = true;
  });
  await server.kill();
  expect(isWritten).toBe(false);
  await start();
  await rest;
  await writer.writeFile('the end\n');
  let held: string[] = [];
  while (!held.includes('the end')) {
    held = (await server.documents(index)).map(({ _source }) => String(_source.message));
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(new Set(held).size).toBe(held.length);
  const known = new Map(lines.map((line, place) => [line, place]));
  // The line of which the killed server had read the beginning only.
  const broken = held.filter((line) => line !== 'the end' && !known.has(line));
  expect(broken.length).toBeLessThanOrEqual(1);
  for (const tail of broken) expect(lines.some((line) => line.endsWith(tail))).toBe(true);
  // What the killed server had read and not stored is gone: one stretch of lines, and no more than it reads ahead.
  const kept = new Set(held);
  const lost = lines.flatMap((line, place) => (kept.has(line) ? [] : [place]));
  if (lost.length > 0) expect(lost.at(-1)! - lost[0]! + 1).toBe(lost.length);
  expect(kept.has(lines[0]!)).toBe(true);
  expect(kept.has(lines.at(-1)!)).toBe(true);
  const bytes = lost.reduce((sum, place) => sum + lines[place]!.length + 1, 0);
  expect(bytes).toBeLessThan(8 * 2 ** 20);
});
