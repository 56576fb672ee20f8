import { closeSync, existsSync, fstatSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { LogboomError, messageOf } from '../../errors.ts';
import { bytesOf, emptyBatch, type LineBatch, type Output } from './output.ts';

interface FileSettings {
  /** `{host}` and `{stream}` stand for those of the lines. */
  path: string;
  /** Size in bytes at which a file is rotated; 0: never. */
  rotateAt: number;
  /** Rotated files that are kept. */
  keep: number;
}

/** Appends lines to files. A line is never divided between two files. */
export class FileOutput implements Output {
  readonly #settings: FileSettings;
  readonly #files = new Map<string, GrowingFile>();

  constructor(settings: FileSettings) {
    this.#settings = settings;
  }

  async write(batch: LineBatch): Promise<void> {
    const { path } = this.#settings;
    if (!path.includes('{')) this.#fileOf(path).append(batch.lines);
    else for (const [name, { lines }] of byPath(batch, path)) this.#fileOf(name).append(lines);
  }

  async close(): Promise<void> {
    for (const file of this.#files.values()) file.close();
  }

  #fileOf(path: string): GrowingFile {
    let file = this.#files.get(path);
    if (file === undefined) {
      file = new GrowingFile(path, this.#settings);
      this.#files.set(path, file);
    }
    return file;
  }
}

function byPath({ lines, times, sources }: LineBatch, path: string): Map<string, LineBatch> {
  const found = new Map<string, LineBatch>();
  for (const [index, source] of sources.entries()) {
    const name = path.replaceAll('{host}', source.host).replaceAll('{stream}', source.stream);
    let batch = found.get(name);
    if (batch === undefined) {
      batch = emptyBatch();
      found.set(name, batch);
    }
    batch.lines.push(lines[index]!);
    batch.times.push(times[index]!);
    batch.sources.push(source);
  }
  return found;
}

class GrowingFile {
  readonly #path: string;
  readonly #settings: FileSettings;
  #file: number;
  #size: number;

  constructor(path: string, settings: FileSettings) {
    this.#path = path;
    this.#settings = settings;
    this.#file = this.#open();
    this.#size = fstatSync(this.#file).size;
  }

  append(lines: readonly string[]): void {
    const { rotateAt } = this.#settings;
    if (rotateAt === 0) {
      this.#write(bytesOf(lines));
      return;
    }
    let from = 0;
    let size = 0;
    for (const [index, line] of lines.entries()) {
      size += Buffer.byteLength(line) + 1;
      if (this.#size + size < rotateAt) continue;
      this.#write(bytesOf(lines.slice(from, index + 1)));
      this.#rotate();
      from = index + 1;
      size = 0;
    }
    if (from < lines.length) this.#write(bytesOf(lines.slice(from)));
  }

  close(): void {
    closeSync(this.#file);
  }

  #open(): number {
    try {
      return openSync(this.#path, 'a');
    } catch (cause) {
      const message = `The lines cannot be written to ${this.#path}: ${messageOf(cause)}.`;
      throw new LogboomError('OUTPUT_UNWRITABLE', message, { cause });
    }
  }

  #write(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#file, bytes, at);
    this.#size += bytes.length;
  }

  /** As logrotate does with `create`: `path.1` is the youngest of the old files. */
  #rotate(): void {
    const path = this.#path;
    closeSync(this.#file);
    rmSync(`${path}.${this.#settings.keep}`, { force: true });
    for (let number = this.#settings.keep - 1; number > 0; number -= 1)
      if (existsSync(`${path}.${number}`)) renameSync(`${path}.${number}`, `${path}.${number + 1}`);
    renameSync(path, `${path}.1`);
    this.#file = this.#open();
    this.#size = 0;
  }
}
