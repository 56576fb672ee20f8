import { stat } from 'node:fs/promises';
import { messageOf } from '../../errors.ts';
import type { Millis } from '../../model.ts';
import { tailLength } from './fingerprint.ts';
import type { FileRegistry } from './registry.ts';
import type { TailedFile, Turn } from './tailed-file.ts';
import { chunkLength } from './text/chunk-reader.ts';

interface TurnsSettings {
  backoffMax: Millis;
  closeInactive: Millis;
  maxOpen: number;
}

interface TurnsOptions {
  settings: TurnsSettings;
  registry: FileRegistry;
  /** After so long an incomplete event is complete; absent where each line is an event. */
  eventTimeout?: Millis | undefined;
  now: () => Millis;
  /** Sends what was read to the journal. */
  flush: () => void;
  /** Resolves when more may be read. */
  room: () => Promise<void>;
  restart: (file: TailedFile, turn: Extract<Turn, { kind: 'restart' }>) => void;
  /** The name of a file is gone or means another one. */
  lost: (file: TailedFile) => void;
  failed: (file: TailedFile, reason: string) => void;
}

/** How often files are looked at that are due. */
const tickEvery: Millis = 100;
const firstPause: Millis = 100;
/** The same for one of very many files to which something is rarely added. */
const sparePause: Millis = 1_000;
/** So many files are read at the same time: one on a disk that does not answer must not stop the others. */
const pumps = 4;

/**
 * Gives files their turns: one chunk each, in the order in which they became due, so that a large file does not keep
 * small ones waiting. A file at whose end nothing was added is looked at after pauses that double.
 */
export class Turns {
  readonly #options: TurnsOptions;
  readonly #due: TailedFile[] = [];
  readonly #timer: NodeJS.Timeout;
  readonly #running: Promise<void>[];
  #waiting: (() => void)[] = [];
  #open = 0;
  #stopped = false;

  constructor(options: TurnsOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.tick(), tickEvery);
    this.#running = Array.from({ length: pumps }, () => this.#pump());
  }

  get open(): number {
    return this.#open;
  }

  /** Puts the files in line whose time has come. */
  tick(): void {
    const now = this.#options.now();
    for (const file of this.#options.registry.files)
      if (!file.busy && file.nextCheck <= now) this.#enqueue(file);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    for (const wake of this.#waiting.splice(0)) wake();
    await Promise.all(this.#running);
  }

  #enqueue(file: TailedFile): void {
    file.busy = true;
    this.#due.push(file);
    this.#waiting.shift()?.();
  }

  async #pump(): Promise<void> {
    const buffer = Buffer.allocUnsafeSlow(chunkLength + tailLength);
    while (!this.#stopped) {
      const file = this.#due.shift();
      if (file === undefined) await new Promise<void>((resolve) => this.#waiting.push(resolve));
      else await this.#serve(file, buffer);
    }
  }

  async #serve(file: TailedFile, buffer: Buffer): Promise<void> {
    const { registry, failed, flush, room, now } = this.#options;
    file.served = true;
    const wasOpen = file.isOpen;
    try {
      await room();
      if (this.#stopped || !registry.files.has(file)) return;
      if (wasOpen || (await this.#hasNews(file))) await this.#turn(file, buffer);
      else this.#pause(file);
    } catch (error) {
      file.problem = messageOf(error);
      failed(file, file.problem);
      await file.close();
      this.#pause(file);
    } finally {
      this.#open += Number(file.isOpen) - Number(wasOpen);
      file.busy = false;
      file.served = false;
      flush();
    }
    if (file.nextCheck <= now() && !this.#stopped) this.#enqueue(file);
  }

  /** Whether a closed file has to be opened. */
  async #hasNews(file: TailedFile): Promise<boolean> {
    if (file.path === undefined) return false;
    if (file.unverified) return true;
    // In plain numbers, for thousands of files are looked at; opening one compares the exact device and inode.
    const seen = await stat(file.path).catch(() => undefined);
    if (
      seen === undefined ||
      seen.ino !== Number(file.state.inode) ||
      seen.dev !== Number(file.state.device)
    ) {
      this.#options.lost(file);
      return false;
    }
    if (this.#isOverdue(file) && file.size > file.state.offset && file.forcedSize !== file.size) return true;
    return seen.size !== file.size || Math.floor(seen.mtimeMs) !== file.modified;
  }

  async #turn(file: TailedFile, buffer: Buffer): Promise<void> {
    if (!file.isOpen) await this.#toOpen(file);
    const { restart, lost, now } = this.#options;
    const before = file.state.offset;
    const isOverdue = this.#isOverdue(file);
    const turn = await file.turn(buffer, isOverdue);
    if (isOverdue) file.forcedSize = file.size;
    file.problem = file.isGzip ? file.problem : undefined;
    const moved = file.state.offset !== before;
    if (moved) {
      file.movedAt = now();
      file.pause = 0;
    }
    if (turn.kind === 'restart') return this.#restart(file, turn, restart);
    if (turn.kind === 'more') {
      file.nextCheck = 0;
      return;
    }
    if (turn.kind === 'gone') lost(file);
    this.#pause(file);
    if (turn.kind === 'end') await this.#atEnd(file, turn.held);
  }

  async #toOpen(file: TailedFile): Promise<void> {
    const now = this.#options.now();
    file.isActive = now - file.openedAt < this.#options.settings.closeInactive;
    file.openedAt = now;
    await this.#makeWay();
  }

  async #restart(
    file: TailedFile,
    turn: Extract<Turn, { kind: 'restart' }>,
    restart: TurnsOptions['restart'],
  ): Promise<void> {
    await file.close();
    restart(file, turn);
  }

  /** An incomplete event that nothing was added to for its time is complete as it is. */
  #isOverdue(file: TailedFile): boolean {
    const { eventTimeout, now } = this.#options;
    return eventTimeout !== undefined && now() - file.movedAt >= eventTimeout;
  }

  async #atEnd(file: TailedFile, held: number): Promise<void> {
    const { settings, registry, eventTimeout, now } = this.#options;
    const idle = now() - file.movedAt;
    if (eventTimeout !== undefined && file.size > file.state.offset && idle < eventTimeout)
      file.nextCheck = Math.min(file.nextCheck, file.movedAt + eventTimeout);
    if (!file.isOpen) return;
    // Where not all files can be open, only those stay open to which lines are added again and again.
    const isSpare = registry.files.size > settings.maxOpen && !file.isActive && file.path !== undefined;
    if (isSpare && held === 0) {
      this.#pause(file, sparePause);
      return file.close();
    }
    if (idle < settings.closeInactive) return;
    // Without a name nothing brings it back: what has no end by now has none.
    if (file.path === undefined) await file.finish();
    await file.close();
  }

  #pause(file: TailedFile, least: Millis = firstPause): void {
    const { settings, now } = this.#options;
    file.pause = Math.min(Math.max(2 * file.pause, least), settings.backoffMax);
    file.nextCheck = now() + file.pause;
  }

  /** Where too many files are open, an eighth of them are closed: those that nothing was added to for longest. */
  async #makeWay(): Promise<void> {
    const { settings, registry } = this.#options;
    if (this.#open < settings.maxOpen) return;
    const idle = [...registry.files].filter((file) => file.isOpen && !file.served && file.path !== undefined);
    idle.sort((a, b) => a.movedAt - b.movedAt);
    for (const file of idle.slice(0, this.#open - settings.maxOpen + Math.ceil(settings.maxOpen / 8))) {
      if (file.served || !file.isOpen) continue;
      this.#open -= 1;
      await file.close();
    }
  }
}
