import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { LogboomError, messageOf } from '../errors.ts';
import { isObject, LineWrapper } from '../events/index.ts';
import { splitLines } from '../journal/record.ts';
import type { EventBlock } from '../model.ts';
import { type Compression, compressionOf, type Reading, readFile } from './decompress.ts';

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

export interface InputOptions {
  /** Fields to add to each plain line, as a shipper does: `{ "event.dataset": "nginx.access" }`. */
  fields?: Readonly<Record<string, unknown>>;
}

/** Bytes. Longer lines are cut, which bounds the memory. */
const longestLine = 16 * 2 ** 20;

export function openInput(path: string, { fields }: InputOptions = {}): Input {
  const { size, compression } = inspect(path);
  const reading = readFile(path, compression);
  return {
    path,
    size,
    get read() {
      return reading.read;
    },
    blocks: blocksOf(reading, new LineWrapper(fields)),
  };
}

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

async function* blocksOf({ bytes }: Reading, wrapper: LineWrapper): AsyncGenerator<EventBlock> {
  let toBlock: ((lines: Buffer) => EventBlock) | undefined;
  for await (const lines of wholeLines(bytes)) {
    toBlock ??= isFromFilebeat(lines) ? splitLines : (plain) => wrapper.wrap(plain);
    yield toBlock(lines);
  }
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

/**
 * Whether the first line of a file is an event written by Filebeat. A JSON line of an application is not one: it becomes
 * the `message` of an event.
 */
export function isFromFilebeat(lines: Buffer): boolean {
  const [first = ''] = lines
    .subarray(0, 2 ** 20)
    .toString()
    .trimStart()
    .split('\n', 1);
  if (!first.startsWith('{')) return false;
  try {
    const event: unknown = JSON.parse(first);
    if (!isObject(event)) return false;
    const { '@metadata': metadata, agent } = event;
    return (isObject(metadata) && 'beat' in metadata) || (isObject(agent) && 'ephemeral_id' in agent);
  } catch {
    return false;
  }
}
