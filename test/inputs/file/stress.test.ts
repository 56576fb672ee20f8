import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openJournalReader } from '../../../src/journal/reader.ts';
import { diceOf } from '../../support/dice.ts';
import { eventually } from '../../support/eventually.ts';
import { aFolder } from '../../support/folder.ts';
import { rounds } from '../../support/rounds.ts';
import { Server } from '../../support/server.ts';

const kills = rounds('FILE_KILL_RUNS', 3);
const linesPerRound = 6_000;

/** A program that writes numbered lines into a log, and rotates it in its own way. */
class Log {
  written = 0;
  readonly #name: string;
  readonly #path: string;
  readonly #rotate: (path: string, generation: number) => void;
  #generation = 0;

  constructor(folder: string, name: string, rotate: (path: string, generation: number) => void) {
    this.#name = name;
    this.#path = join(folder, `${name}.log`);
    this.#rotate = rotate;
    writeFileSync(this.#path, '');
  }

  get lines(): string[] {
    return Array.from({ length: this.written }, (_, number) => this.#line(number));
  }

  write(count: number): void {
    const lines = Array.from({ length: count }, () => `${this.#line(this.written++)}\n`);
    // A line may reach the disk in two writes.
    const text = lines.join('');
    appendFileSync(this.#path, text.slice(0, -7));
    appendFileSync(this.#path, text.slice(-7));
  }

  rotate(): void {
    this.#generation += 1;
    this.#rotate(this.#path, this.#generation);
  }

  #line = (number: number) => `${this.#name} ${number} ${'x'.repeat(number % 97)}`;
}

/** Files with a number are moved up, as logrotate does. */
function shift(path: string, generation: number): void {
  for (let number = generation - 1; number >= 1; number -= 1)
    renameSync(`${path}.${number}`, `${path}.${number + 1}`);
}

const rotations: Record<string, (path: string, generation: number) => void> = {
  rename(path, generation) {
    shift(path, generation);
    renameSync(path, `${path}.1`);
    writeFileSync(path, '');
  },
  copytruncate(path, generation) {
    shift(path, generation);
    copyFileSync(path, `${path}.1`);
    truncateSync(path);
  },
  date(path, generation) {
    renameSync(path, path.replace('.log', `-202611${String(generation).padStart(2, '0')}.log`));
    writeFileSync(path, '');
  },
  compressed(path, generation) {
    renameSync(path, `${path}.${generation}`);
    writeFileSync(path, '');
    const packed = gzipSync(readFileSync(`${path}.${generation}`));
    // Compressing takes a while, and the reader may look meanwhile.
    writeFileSync(`${path}.${generation}.gz`, packed.subarray(0, packed.length >> 1));
    appendFileSync(`${path}.${generation}.gz`, packed.subarray(packed.length >> 1));
    unlinkSync(`${path}.${generation}`);
  },
};

function messagesIn(server: Server): string[] {
  const journal = openJournalReader(`${server.data}/journal`);
  try {
    return journal.read(0, Number.MAX_SAFE_INTEGER).flatMap((record) =>
      record.kind === 'events'
        ? record.payload
            .toString()
            .trimEnd()
            .split('\n')
            .map((line) => (JSON.parse(line) as { message: string }).message)
        : [],
    );
  } finally {
    void journal.close();
  }
}

function differences(got: readonly string[], wanted: readonly string[]) {
  const counts = new Map<string, number>();
  for (const message of got) counts.set(message, (counts.get(message) ?? 0) + 1);
  const lost = wanted.filter((line) => !counts.has(line));
  const twice = [...counts].filter(([, count]) => count > 1).map(([line]) => line);
  const known = new Set(wanted);
  const foreign = got.filter((line) => !known.has(line)).slice(0, 5);
  return {
    lost: lost.slice(0, 5),
    lostCount: lost.length,
    twice: twice.slice(0, 5),
    twiceCount: twice.length,
    foreign,
  };
}

describe('files that are written and rotated in four ways, while the server is stopped and killed', () => {
  it('lose no line and give none twice', { timeout: 120_000 + kills * 30_000 }, async () => {
    const folder = aFolder();
    mkdirSync(join(folder, 'logs'));
    const random = diceOf(Number(process.env.FILE_SEED ?? 11));
    const roll = (sides: number) => Math.floor(random() * sides);
    const logs = Object.entries(rotations).map(
      ([name, rotate]) => new Log(join(folder, 'logs'), name, rotate),
    );
    const server = await Server.withConfig({
      inputs: [{ kind: 'file', name: 'all', paths: [join(folder, 'logs', '*')], scanEvery: '200ms' }],
      rules: [],
    });
    let running = true;
    // However long a start takes: the machine is to be busy with reading, not with catching up.
    let budget = 0;
    const writing = (async () => {
      while (running) {
        for (const log of logs) {
          if (budget <= 0) break;
          const count = 1 + roll(40);
          budget -= count;
          log.write(count);
          if (roll(12) === 0) log.rotate();
        }
        await new Promise((resolve) => setTimeout(resolve, 20 + roll(60)));
      }
    })();
    onTestFinished(() => {
      running = false;
    });
    for (let round = 0; round < kills; round += 1) {
      budget = linesPerRound;
      await server.start();
      await new Promise((resolve) => setTimeout(resolve, 300 + roll(1_500)));
      if (round % 3 === 2) expect(await server.stop()).toBe(0);
      else await server.kill();
    }
    budget = linesPerRound;
    await server.start();
    running = false;
    await writing;
    const wanted = logs.flatMap(({ lines }) => lines);
    await eventually(
      () =>
        expect(differences(messagesIn(server), wanted)).toEqual({
          lost: [],
          lostCount: 0,
          twice: [],
          twiceCount: 0,
          foreign: [],
        }),
      { timeout: 60_000, interval: 500 },
    );
    await server.settled();
    const documents = await server.documents('logs-generic-default');
    expect(documents.length).toBe(wanted.length);
    expect(server.log.filter((line) => line['log.level'] === 'error')).toEqual([]);
    expect(await server.stop()).toBe(0);
  });
});
