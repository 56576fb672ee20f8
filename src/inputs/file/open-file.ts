import { type FileHandle, open } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { headLength } from './fingerprint.ts';

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
export async function readAt(
  file: FileHandle,
  buffer: Buffer,
  length: number,
  place: number,
): Promise<Buffer> {
  let read = 0;
  while (read < length) {
    const { bytesRead } = await file.read(buffer, read, length - read, place + read);
    if (bytesRead === 0) break;
    read += bytesRead;
  }
  return buffer.subarray(0, read);
}

/** The beginning of a file's content, decompressed where it is a gzip file. */
interface Head {
  bytes: Buffer;
  gzip: boolean;
}

/** Compressed bytes that hold the first 1,024 bytes of any text with room to spare. */
const compressedHead = 2 ** 14;

export async function readHead(file: FileHandle, size: number, compression: 'auto' | 'none'): Promise<Head> {
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
export async function openFile(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
