import type { Millis } from '../../model.ts';
import type { FileState } from './file-state.ts';
import { fingerprintOf, fits, headLength } from './fingerprint.ts';
import { type GzipOutcome, readGzip } from './gzip-file.ts';
import { type FileFacts, type OpenFile, openFile, readAt, readHead } from './open-file.ts';
import { chunkLength, isContinued, longestChunk } from './text/chunk-reader.ts';
import type { Reading } from './text/reading.ts';

/** What came of a turn at a file. */
export type Turn =
  /** More is there to be read. */
  | { kind: 'more' }
  /** Everything complete was read. `held`: bytes of an incomplete last line or event. */
  | { kind: 'end'; held: number }
  /** The file is another one than the position belongs to, or it was cut: it has to be read from its beginning. */
  | { kind: 'restart'; reason: string; label: RestartLabel }
  /** Its name is gone, or names another file. */
  | { kind: 'gone' };

type RestartLabel = 'truncated' | 'rewritten';

/** What a file needs of its input. */
export interface FileHooks {
  /** Makes what reading it takes, by its first bytes. */
  read(id: string, state: FileState, head: Buffer): Reading;
  isStopped(): boolean;
  gzipRead(file: TailedFile, outcome: GzipOutcome): void;
  /** Changes what it is found by. */
  change(file: TailedFile, change: () => void): void;
}

/** A file that is read as it grows. One turn reads one chunk; turns at a file never overlap. */
export class TailedFile {
  readonly id: string;
  readonly state: FileState;
  /** Undefined when no name is known any more: it is read on as long as it is open. */
  path: string | undefined;
  /** As it was seen last. */
  size = 0;
  modified = 0;
  deleted = false;
  /** Whether it has to be opened and compared although nothing was added. */
  unverified = true;
  /** It waits for a turn, or has one. */
  busy = false;
  /** It has its turn. */
  served = false;
  nextCheck: Millis = 0;
  pause: Millis = 0;
  /** When the position moved last, or the file was found. */
  movedAt: Millis;
  /** Its size when an incomplete event at its end was last taken as it was; -1 before the first time. */
  forcedSize = -1;
  /** When it was last opened to be read. */
  openedAt: Millis = Number.NEGATIVE_INFINITY;
  /** Whether it was then opened within `closeInactive` of the time before, so that lines are added to it again and again. */
  isActive = false;
  problem: string | undefined;
  /** Whether it is compressed: then it is read in one turn and never again. */
  readonly isGzip: boolean;
  readonly #hooks: FileHooks;
  #handle: OpenFile | undefined;
  #reading: Reading | undefined;
  #chunk = chunkLength;

  constructor(id: string, state: FileState, path: string, hooks: FileHooks, now: Millis, isGzip = false) {
    this.id = id;
    this.isGzip = isGzip;
    this.state = state;
    this.path = path;
    this.#hooks = hooks;
    this.movedAt = now;
  }

  get isOpen(): boolean {
    return this.#handle !== undefined;
  }

  /** Reads what was added, up to one chunk. `force`: what is incomplete is taken as it is, but not a last line without its end. */
  async turn(buffer: Buffer, force: boolean): Promise<Turn> {
    if (this.isGzip) return this.#turnGzip();
    const wasOpen = this.isOpen;
    const opened = await this.#open();
    if (opened !== undefined) return opened;
    // Opening it looked already.
    const facts = wasOpen ? await this.#look() : { size: this.size };
    const { state } = this;
    // A fingerprint can be known before anything was read.
    const known = Math.max(state.offset, state.fingerprint.length);
    if (facts.size < known) return truncated(facts.size, known);
    if (facts.size === state.offset) return { kind: 'end', held: 0 };
    return (await this.#growFingerprint(this.#handle!, facts.size)) ?? this.#read(buffer, force, facts.size);
  }

  /** Takes the last line although it has no end, for nothing will be added any more. */
  async finish(): Promise<void> {
    const { state } = this;
    if (this.#handle === undefined || this.#reading === undefined) return;
    const { size } = await this.#look();
    const length = Math.min(size - state.offset, longestChunk(this.#reading.maxMessage));
    if (length <= 0) return;
    const bytes = await readAt(this.#handle, Buffer.allocUnsafe(length), length, state.offset);
    if (bytes.length > 0) this.#reading.chunks.takeLast(Buffer.alloc(0), bytes);
  }

  /**
   * Lets the fingerprint of a file that is being written grow without a turn: it may be rotated before its first one, and its copy is then to
   * be recognised.
   */
  async grow(): Promise<void> {
    const own = this.#handle;
    const handle = own ?? (this.path === undefined ? undefined : await openFile(this.path));
    if (handle === undefined) return;
    try {
      const { device, inode, size } = await handle.facts();
      const { state } = this;
      if (device === state.device && inode === state.inode && size >= state.offset)
        await this.#growFingerprint(handle, size);
    } finally {
      if (handle !== own) await handle.close();
    }
  }

  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    this.#reading = undefined;
    await handle?.close().catch(() => undefined);
  }

  /** Path or fingerprint changed, which events carry. */
  described(): void {
    this.#reading?.describe(this.state);
  }

  /** Opens the file and holds it against its state. Undefined where it may be read. */
  async #open(): Promise<Turn | undefined> {
    if (this.#handle !== undefined) {
      this.unverified = false;
      return undefined;
    }
    const handle = this.path === undefined ? undefined : await openFile(this.path);
    if (handle === undefined) return { kind: 'gone' };
    this.#handle = handle;
    const verdict = await this.#verify(handle);
    if (verdict !== undefined) await this.close();
    else this.unverified = false;
    return verdict;
  }

  async #turnGzip(): Promise<Turn> {
    const { state } = this;
    const handle = state.done || this.path === undefined ? undefined : await openFile(this.path);
    if (handle === undefined) return state.done ? { kind: 'end', held: 0 } : { kind: 'gone' };
    this.#handle = handle;
    await this.#look();
    const { bytes: head } = await readHead(handle, this.size, 'auto');
    const reading = this.#hooks.read(this.id, state, head);
    if (state.offset === 0) state.offset = reading.markLength;
    await this.close();
    this.unverified = false;
    const outcome = await readGzip(this.path!, state, reading, this.#hooks.isStopped);
    return this.#gzipTurn(outcome, reading);
  }

  #gzipTurn(outcome: GzipOutcome, { chunks }: Reading): Turn {
    this.problem = outcome.kind === 'incomplete' ? 'the compressed file has no end yet' : undefined;
    if (outcome.kind === 'other') return rewritten('what lies before the position');
    if (outcome.kind === 'damaged') {
      this.problem = outcome.reason;
      this.state.done = true;
      chunks.moved();
    }
    this.#hooks.gzipRead(this, outcome);
    return { kind: 'end', held: 0 };
  }

  async #verify(handle: OpenFile): Promise<Turn | undefined> {
    const { state } = this;
    const facts = await this.#look();
    if (facts.device !== state.device || facts.inode !== state.inode) return { kind: 'gone' };
    const head = await readHead(handle, facts.size, 'none');
    if (facts.size < state.offset) return truncated(facts.size, state.offset);
    if (!fits(state.fingerprint, head.bytes)) return rewritten('its beginning');
    this.#reading = this.#hooks.read(this.id, state, head.bytes);
    if (state.offset === 0 && state.tail.length === 0) state.offset = this.#reading.markLength;
    return undefined;
  }

  async #look(): Promise<FileFacts> {
    const facts = await this.#handle!.facts();
    this.size = facts.size;
    this.modified = facts.modified;
    this.deleted = facts.deleted;
    return facts;
  }

  async #growFingerprint(handle: OpenFile, size: number): Promise<Turn | undefined> {
    const { state } = this;
    const { length } = state.fingerprint;
    const isUnread = state.offset === 0 && length > 0;
    if ((length >= headLength || size <= length) && !isUnread) return undefined;
    const wanted = Math.min(size, headLength);
    const head = await readAt(handle, Buffer.allocUnsafe(wanted), wanted, 0);
    if (!fits(state.fingerprint, head)) return rewritten('its beginning');
    this.#hooks.change(this, () => {
      state.fingerprint = fingerprintOf(head);
    });
    return undefined;
  }

  async #read(buffer: Buffer, force: boolean, size: number): Promise<Turn> {
    const { state } = this;
    const { chunks, maxMessage } = this.#reading!;
    const before = state.tail.length;
    const most = longestChunk(maxMessage);
    const wanted = Math.min(size - state.offset, this.#chunk);
    const memory = before + wanted <= buffer.length ? buffer : Buffer.allocUnsafe(before + wanted);
    const read = await readAt(this.#handle!, memory, before + wanted, state.offset - before);
    if (read.length < before) return truncated(state.offset - before + read.length, state.offset);
    const front = read.subarray(0, before);
    if (!isContinued(state, front)) return rewritten('what lies before the position');
    const bytes = read.subarray(before);
    const atEnd = bytes.length < wanted || state.offset + bytes.length >= size;
    const taken = await chunks.take(front, bytes, force || bytes.length >= most);
    if (taken > 0) this.#chunk = chunkLength;
    else if (bytes.length >= most) chunks.cut(front, bytes);
    else if (!atEnd) this.#chunk = Math.min(2 * this.#chunk, most);
    return atEnd ? { kind: 'end', held: size - state.offset } : { kind: 'more' };
  }
}

const truncated = (size: number, offset: number): Turn => ({
  kind: 'restart',
  label: 'truncated',
  reason: `the file was truncated: it has ${size} bytes, and ${offset} were read`,
});

const rewritten = (what: string): Turn => ({
  kind: 'restart',
  label: 'rewritten',
  reason: `the file has other content: ${what} changed`,
});
