import type { Millis } from '../../model.ts';
import { type FileState, inodeKey } from './file-state.ts';
import { FingerprintIndex } from './fingerprint-index.ts';
import type { Candidate, Known, Neighbours } from './matching.ts';
import type { FileFacts } from './open-file.ts';
import type { TailedFile } from './tailed-file.ts';

/** Keeps states: the next batch, or a write of its own, takes them to disk. */
type Keep = (key: string, state: FileState | undefined) => void;

/** What an input knows of files: those that are there, and the positions in those that are gone. */
export class FileRegistry {
  readonly files = new Set<TailedFile>();
  readonly gone = new Map<string, Known>();
  readonly #keep: Keep;
  readonly #byPath = new Map<string, TailedFile>();
  readonly #byInode = new Map<string, TailedFile>();
  readonly #goneByInode = new Map<string, Known>();
  readonly #present = new FingerprintIndex<TailedFile>();
  readonly #missed = new FingerprintIndex<Known>();

  constructor(keep: Keep) {
    this.#keep = keep;
  }

  at(path: string): TailedFile | undefined {
    return this.#byPath.get(path);
  }

  with(facts: Pick<FileFacts, 'device' | 'inode'>): TailedFile | undefined {
    return this.#byInode.get(inodeKey(facts));
  }

  near(candidate: Candidate): Neighbours {
    return {
      sameInode: this.#goneByInode.get(inodeKey(candidate)),
      gone: this.#missed.find(candidate.path, candidate.head),
      present: this.#present.find(candidate.path, candidate.head),
    };
  }

  /** A file is there and is read from its state on. */
  add(file: TailedFile): void {
    this.#forget(file.id);
    delete file.state.goneSince;
    this.files.add(file);
    this.#byInode.set(inodeKey(file.state), file);
    if (file.path !== undefined) this.#byPath.set(file.path, file);
    this.#present.add(file);
    this.#keep(file.id, file.state);
  }

  /** Changes what a file is found by. */
  change(file: TailedFile, change: () => void): void {
    const isKnown = this.files.has(file);
    if (isKnown) this.#present.delete(file);
    change();
    if (isKnown) this.#present.add(file);
    file.described();
  }

  /** The file goes by another name. */
  rename(file: TailedFile, path: string): void {
    this.unname(file);
    this.#byPath.set(path, file);
    file.path = path;
    file.unverified = true;
    this.change(file, () => {
      file.state.path = path;
    });
    this.#keep(file.id, file.state);
  }

  /** Its name is gone or names another file. */
  unname(file: TailedFile): void {
    if (file.path !== undefined && this.#byPath.get(file.path) === file) this.#byPath.delete(file.path);
    file.path = undefined;
  }

  /** The file is not there any more; its position is kept for a while. `isCut`: the inode holds other content now. */
  miss(file: TailedFile, now: Millis, isCut = false): void {
    this.unname(file);
    this.files.delete(file);
    this.#byInode.delete(inodeKey(file.state));
    this.#present.delete(file);
    const inode = isCut ? { device: '', inode: '' } : {};
    this.remember(file.id, { ...file.state, ...inode, goneSince: now });
    this.#keep(file.id, this.gone.get(file.id)?.state);
  }

  /** A position whose file is not known, or not yet. Of a file of which nothing was read, none is kept. */
  remember(id: string, state: FileState): void {
    if (state.offset === 0) return;
    const known = { id, state };
    this.gone.set(id, known);
    if (state.inode !== '') this.#goneByInode.set(inodeKey(state), known);
    this.#missed.add(known);
  }

  /** The inode holds another file now. */
  release({ id, state }: Known): void {
    this.#forget(id);
    this.remember(id, { ...state, device: '', inode: '' });
    this.#keep(id, this.gone.get(id)?.state);
  }

  /** Notes since when files are gone, and forgets those that have been for too long. Returns how many. */
  expire(now: Millis, forgetAfter: Millis): number {
    let forgotten = 0;
    for (const { id, state } of this.gone.values()) {
      if (state.goneSince === undefined) {
        state.goneSince = now;
        this.#keep(id, state);
      } else if (now - state.goneSince >= forgetAfter) {
        this.#forget(id);
        this.#keep(id, undefined);
        forgotten += 1;
      }
    }
    return forgotten;
  }

  #forget(id: string): void {
    const known = this.gone.get(id);
    if (!known) return;
    this.gone.delete(id);
    this.#missed.delete(known);
    const key = inodeKey(known.state);
    if (this.#goneByInode.get(key) === known) this.#goneByInode.delete(key);
  }
}
