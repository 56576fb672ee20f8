import { LogboomError } from '../../errors.ts';
import type { Millis } from '../../model.ts';
import { type Fingerprint, noTail, type Tail } from './fingerprint.ts';

/**
 * How far a file is read, as the journal keeps it under `<input>/<id>`. Offsets count bytes of the file, of a compressed one
 * those inside. `offset` is the beginning of the first line that is not stored yet; it never lies beyond what the file
 * was seen to hold.
 */
export interface FileState {
  v: typeof stateVersion;
  path: string;
  /** Both empty where no file is known any more that the state belongs to. */
  device: string;
  inode: string;
  fingerprint: Fingerprint;
  offset: number;
  tail: Tail;
  /** The offset lies within a line that was too long: what is left of it is passed over. */
  skip?: true;
  /** A compressed file was read to its end. */
  done?: true;
  /** When the file was missed first. */
  goneSince?: Millis;
}

export const stateVersion = 1;

/** The state of a file of which nothing was read. */
export const freshState = (file: Pick<FileState, 'path' | 'device' | 'inode'>): FileState => ({
  v: stateVersion,
  ...file,
  fingerprint: { length: 0, hash: '', crc: 0 },
  offset: 0,
  tail: noTail,
});

/** Reads a state of any earlier version. Throws JOURNAL_VERSION for one that a newer logboom wrote. */
export function readState(key: string, value: unknown): FileState {
  const state = value as FileState;
  if (state.v > stateVersion)
    throw new LogboomError(
      'JOURNAL_VERSION',
      `The position ${key} has version ${state.v}, and this logboom knows versions up to ${stateVersion}. Run the newer logboom that wrote it.`,
    );
  return state;
}

export const inodeKey = ({ device, inode }: Pick<FileState, 'device' | 'inode'>): string =>
  `${device}:${inode}`;
