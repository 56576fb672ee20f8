import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { LogboomError, messageOf } from '../errors.ts';

const chunkBytes = 1_024 * 1_024;
const newline = 0x0a;

/**
 * Reads the lines of a plain file, then those that are appended, through rotation: a file that was renamed is read to its end before the
 * new one of that name, and one that was cut off is read from its beginning.
 */
export class FollowedFile {
  readonly path: string;
  #file: number;
  #inode: number;
  #offset = 0;
  #rest: Buffer = Buffer.alloc(0);
  readonly #chunk = Buffer.allocUnsafe(chunkBytes);

  /** Throws `INPUT_UNREADABLE`. */
  constructor(path: string) {
    this.path = path;
    try {
      this.#file = openSync(path, 'r');
      this.#inode = fstatSync(this.#file).ino;
    } catch (error) {
      throw new LogboomError('INPUT_UNREADABLE', `Cannot read ${path}: ${messageOf(error)}.`, {
        cause: error,
      });
    }
  }

  /** Bytes that are read, and those that are there. */
  get progress(): { read: number; size: number } {
    return { read: this.#offset, size: Math.max(this.#offset, fstatSync(this.#file).size) };
  }

  /** The next whole lines; undefined where there are none at present. */
  next(): Buffer | undefined {
    if (fstatSync(this.#file).size < this.#offset) this.#restart();
    const length = readSync(this.#file, this.#chunk, 0, chunkBytes, this.#offset);
    if (length === 0) return this.#rotated() ? this.next() : undefined;
    this.#offset += length;
    const read = Buffer.concat([this.#rest, this.#chunk.subarray(0, length)]);
    const end = read.lastIndexOf(newline) + 1;
    // A line without an end is kept up to 16 chunks, then read as it is.
    if (end === 0 && read.length < 16 * chunkBytes) {
      this.#rest = read;
      return this.next();
    }
    this.#rest = end === 0 ? Buffer.alloc(0) : read.subarray(end);
    return end === 0 ? read : read.subarray(0, end);
  }

  /** The last line of a file that is not followed may have no line end. */
  end(): Buffer | undefined {
    const rest = this.#rest;
    this.#rest = Buffer.alloc(0);
    return rest.length === 0 ? undefined : rest;
  }

  close(): void {
    closeSync(this.#file);
  }

  #restart(): void {
    this.#offset = 0;
    this.#rest = Buffer.alloc(0);
  }

  /** Whether another file has the name now; it is then read next. In the moment between two files there is none. */
  #rotated(): boolean {
    let inode: number;
    try {
      inode = statSync(this.path).ino;
    } catch {
      return false;
    }
    if (inode === this.#inode) return false;
    const file = openSync(this.path, 'r');
    closeSync(this.#file);
    this.#file = file;
    this.#inode = fstatSync(file).ino;
    this.#restart();
    return true;
  }
}
