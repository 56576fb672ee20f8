import { closeSync, createReadStream, openSync, readSync, statSync } from 'node:fs';
import { type Readable, Transform } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Decompress } from 'fzstd';
import { LogboomError, messageOf } from '../errors.ts';
import { isObject, LineWrapper } from '../events/index.ts';
import { splitLines } from '../journal/record.ts';
import type { EventBlock } from '../model.ts';

const chunkSize = 2 ** 18;

type Compression = 'none' | 'gzip' | 'zstd';

/** The compression by the first bytes of a file. The name does not matter. */
function compressionOf(head: Buffer): Compression {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  return head.length >= 4 && head.readUInt32LE(0) === 0xfd2fb528 ? 'zstd' : 'none';
}

interface Reading {
  bytes: AsyncIterable<Buffer>;
  /** Bytes of the file that were read, for progress. */
  readonly read: number;
}

/** Reads and decompresses a file. A failure rejects with `INPUT_UNREADABLE` and the path. */
function readFile(path: string, compression: Compression): Reading {
  const file = createReadStream(path, { highWaterMark: chunkSize * 2 });
  const decompressor = decompressorFor(compression);
  if (decompressor) {
    file.on('error', (error) => decompressor.destroy(error));
    file.pipe(decompressor);
  }
  return {
    bytes: named(path, decompressor ?? file),
    get read() {
      return file.bytesRead;
    },
  };
}

function decompressorFor(compression: Compression): Transform | undefined {
  if (compression === 'gzip') return createGunzip({ chunkSize });
  return compression === 'zstd' ? new ZstdDecompressor() : undefined;
}

/** zstd in JavaScript: the decoder of newer Node.js versions stops after the first frame, and rotated logs have many. */
export class ZstdDecompressor extends Transform {
  readonly #decompress = new Decompress((bytes) => void this.push(bytes));

  override _transform(chunk: Buffer, _: string, done: (error?: Error) => void): void {
    attempt(() => this.#decompress.push(chunk), done);
  }

  override _flush(done: (error?: Error) => void): void {
    attempt(() => this.#decompress.push(new Uint8Array(0), true), done);
  }
}

function attempt(work: () => void, done: (error?: Error) => void): void {
  try {
    work();
  } catch (error) {
    done(error as Error);
    return;
  }
  done();
}

async function* named(path: string, stream: Readable): AsyncGenerator<Buffer> {
  try {
    yield* stream;
  } catch (error) {
    throw new LogboomError('INPUT_UNREADABLE', `Cannot read ${path}: ${messageOf(error)}.`, { cause: error });
  }
}

/** A file of log lines, or of events written by Filebeat (`output.file`). */
interface Input {
  path: string;
  /** Size of the file on disk, in bytes. */
  size: number;
  /** Bytes read so far. */
  readonly read: number;
  /** Its events in order. A block is valid until the next one is requested. */
  blocks: AsyncIterable<EventBlock>;
}

/** How an input takes lines: each as the text of a message, or JSON objects as events. */
export type Takes = 'messages' | 'events';

export interface InputOptions {
  /** What the input takes that the file is read as. Undefined: the first line decides, by what a shipper adds to events. */
  takes?: Takes | undefined;
  /** Fields to add to each plain line, as a shipper does: `{ "event.dataset": "nginx.access" }`. */
  fields?: Readonly<Record<string, unknown>>;
  /** Leave plain lines as they are: see `LineWrapper.split`. */
  asPlain?: boolean;
}

/** Bytes. Longer lines are cut, which bounds the memory. */
const longestLine = 16 * 2 ** 20;

export function openInput(path: string, { fields, takes, asPlain = false }: InputOptions = {}): Input {
  const { size, compression } = inspect(path);
  const reading = readFile(path, compression);
  return {
    path,
    size,
    get read() {
      return reading.read;
    },
    blocks: blocksOf(reading, blocksBy(new LineWrapper(fields), asPlain), takes),
  };
}

/** How a file is compressed, by its first bytes. Throws `INPUT_UNREADABLE`. */
export const compressionAt = (path: string): Compression => inspect(path).compression;

function inspect(path: string): { size: number; compression: Compression } {
  const head = Buffer.alloc(4);
  try {
    const { size } = statSync(path);
    const file = openSync(path, 'r');
    const length = readSync(file, head, 0, 4, 0);
    closeSync(file);
    return { size, compression: compressionOf(head.subarray(0, length)) };
  } catch (error) {
    throw new LogboomError('INPUT_UNREADABLE', `Cannot read ${path}: ${messageOf(error)}.`, { cause: error });
  }
}

async function* blocksOf(
  { bytes }: Reading,
  toPlain: (lines: Buffer) => EventBlock,
  takes: Takes | undefined,
): AsyncGenerator<EventBlock> {
  let toBlock: ((lines: Buffer) => EventBlock) | undefined;
  for await (const lines of wholeLines(bytes)) {
    toBlock ??= hasEvents(lines, takes) ? splitLines : toPlain;
    yield toBlock(lines);
  }
}

const blocksBy = (wrapper: LineWrapper, asPlain: boolean) => (lines: Buffer) =>
  asPlain ? wrapper.split(lines) : wrapper.wrap(lines);

function hasEvents(lines: Buffer, takes: Takes | undefined): boolean {
  if (takes === 'messages') return false;
  const first = firstObject(lines);
  return first !== undefined && (takes === 'events' || isShipped(first));
}

/** Splits the bytes at line ends into pieces of whole lines. */
export async function* wholeLines(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer[] = [];
  let length = 0;
  for await (const chunk of bytes) {
    const newline = chunk.lastIndexOf(0x0a);
    if (newline === -1 && length + chunk.length < longestLine) {
      rest.push(chunk);
      length += chunk.length;
      continue;
    }
    const end = newline + 1 || chunk.length;
    yield rest.length === 0 ? chunk.subarray(0, end) : Buffer.concat([...rest, chunk.subarray(0, end)]);
    rest = end < chunk.length ? [chunk.subarray(end)] : [];
    length = chunk.length - end;
  }
  if (length > 0) yield Buffer.concat(rest);
}

function firstObject(lines: Buffer): Record<string, unknown> | undefined {
  const [first = ''] = lines
    .subarray(0, 2 ** 20)
    .toString()
    .trimStart()
    .split('\n', 1);
  if (!first.startsWith('{')) return undefined;
  try {
    const object: unknown = JSON.parse(first);
    return isObject(object) ? object : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Whether a shipper made the event. It adds its name to the metadata, or what it is as `agent`, beside time and line. A line that an
 * application wrote as JSON has none of these: it becomes the `message` of an event, as a shipper reads it.
 */
function isShipped({ '@metadata': metadata, agent, '@timestamp': time, message }: Record<string, unknown>) {
  if (isObject(metadata) && 'beat' in metadata) return true;
  if (!isObject(agent)) return false;
  const isNamed = typeof agent.id === 'string' || typeof agent.type === 'string';
  return 'ephemeral_id' in agent || (isNamed && typeof time === 'string' && typeof message === 'string');
}
