import { close, fstat, open, read } from 'node:fs';
import { promisify } from 'node:util';
import { createGunzip } from 'node:zlib';
import { headLength } from './fingerprint.ts';

const closeDescriptor = promisify(close);
const statDescriptor = promisify(fstat);
const openDescriptor = promisify(open);
const readDescriptor = promisify(read);

/**
 * A file that is open for reading. A `FileHandle` of Node.js is freed by full garbage collections only, with all that it refers to: thousands
 * of files that are opened and closed at a start would take memory for each.
 */
export class OpenFile {
  readonly #descriptor: number;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  /** Reads up to `length` bytes from a place of the file into the buffer at `at`. Resolves with their number. */
  async read(buffer: Buffer, at: number, length: number, place: number): Promise<number> {
    return (await readDescriptor(this.#descriptor, buffer, at, length, place)).bytesRead;
  }

  async facts(): Promise<FileFacts> {
    return factsOf(await statDescriptor(this.#descriptor, { bigint: true }));
  }

  /** To be called once. */
  close(): Promise<void> {
    return closeDescriptor(this.#descriptor);
  }
}

export interface FileFacts {
  device: string;
  inode: string;
  size: number;
  modified: number;
  /** Whether it has no name any more. */
  deleted: boolean;
}

interface Stats {
  dev: bigint;
  ino: bigint;
  size: bigint;
  mtimeMs: bigint;
  nlink: bigint;
}

export const factsOf = ({ dev, ino, size, mtimeMs, nlink }: Stats): FileFacts => ({
  device: String(dev),
  inode: String(ino),
  size: Number(size),
  modified: Number(mtimeMs),
  deleted: nlink === 0n,
});

/** Reads up to `length` bytes at a place. Short only at the end of the file, which costs a read more where it is met. */
export async function readAt(file: OpenFile, buffer: Buffer, length: number, place: number): Promise<Buffer> {
  let done = 0;
  while (done < length) {
    const more = await file.read(buffer, done, length - done, place + done);
    if (more === 0) break;
    done += more;
  }
  return buffer.subarray(0, done);
}

/** The beginning of a file's content, decompressed where it is a gzip file. */
interface Head {
  bytes: Buffer;
  gzip: boolean;
}

/** Compressed bytes that hold the first 1,024 bytes of any text with room to spare. */
const compressedHead = 2 ** 14;

export async function readHead(file: OpenFile, size: number, compression: 'auto' | 'none'): Promise<Head> {
  const length = Math.min(size, headLength);
  const start = await readAt(file, Buffer.allocUnsafe(length), length, 0);
  if (compression === 'none' || start[0] !== 0x1f || start[1] !== 0x8b) return { bytes: start, gzip: false };
  const most = Math.min(size, compressedHead);
  const packed = await readAt(file, Buffer.allocUnsafe(most), most, 0);
  return { bytes: await inflatedHead(packed), gzip: true };
}

/** As much as can be inflated, for the rest of the file is missing. */
function inflatedHead(packed: Buffer): Promise<Buffer> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    const gunzip = createGunzip();
    const end = () => {
      gunzip.destroy();
      resolve(Buffer.concat(parts).subarray(0, headLength));
    };
    gunzip.on('data', (part: Buffer) => {
      parts.push(part);
      if (parts.reduce((sum, { length }) => sum + length, 0) >= headLength) end();
    });
    gunzip.on('error', end);
    gunzip.on('end', end);
    gunzip.end(packed);
  });
}

/** Opens a file for reading; undefined where there is none any more. */
export async function openFile(path: string): Promise<OpenFile | undefined> {
  try {
    return new OpenFile(await openDescriptor(path, 'r'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
