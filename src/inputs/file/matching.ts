import type { FileState } from './file-state.ts';
import { fits, headLength } from './fingerprint.ts';
import { isNamedAfter, isSameLog } from './names.ts';

/** A file that was found and that no state is known to belong to. */
export interface Candidate {
  path: string;
  device: string;
  inode: string;
  /** Bytes of the file; of a compressed file they say nothing of the bytes inside. */
  size: number;
  /** Its first 1,024 bytes. */
  head: Buffer;
  gzip: boolean;
}

export interface Known {
  id: string;
  state: FileState;
}

/** Whether the candidate's bytes are those that were read of a file, as far as they can be compared. */
type ContentFits = (known: Known) => Promise<boolean>;

/** What is done with a candidate, and why. */
export type Decision =
  /** It is the file of a state whose file was missed: it is read on from there. */
  | { kind: 'adopt'; known: Known; reason: string }
  /** It has the content of a file that is there as well, and is not read for as long as that is so. */
  | { kind: 'copy'; of: Known }
  /** Nothing of it was read. */
  | { kind: 'new'; reason: string; label: NewLabel };

type NewLabel = 'new' | 'truncated' | 'rewritten' | 'inode reused';

export interface Neighbours {
  /** The state that last had the candidate's device and inode, and has no file. */
  sameInode: Known | undefined;
  /** States without a file whose fingerprints fit the candidate. */
  gone: readonly Known[];
  /** States with a file whose fingerprints fit the candidate. */
  present: readonly Known[];
}

/**
 * Decides whose file a candidate is. The content decides first, then device and inode: an inode is given to another file as soon
 * as it is free, and a name says nothing after a rotation.
 */
export async function decide(
  candidate: Candidate,
  near: Neighbours,
  contentFits: ContentFits,
): Promise<Decision> {
  const { sameInode } = near;
  if (sameInode && isSameFile(candidate, sameInode) && (await contentFits(sameInode)))
    return { kind: 'adopt', known: sameInode, reason: 'it has the device, inode and content that were read' };
  for (const known of near.gone)
    if (known !== sameInode && mayBeMoved(candidate, known.state) && (await contentFits(known)))
      return { kind: 'adopt', known, reason: `it has the content of ${known.state.path}, which is gone` };
  for (const known of near.present)
    if (mayBeCopy(candidate, known.state) && (await contentFits(known))) return { kind: 'copy', of: known };
  if (sameInode) return formerFile(candidate, sameInode.state);
  return { kind: 'new', label: 'new', reason: 'it is new' };
}

function isSameFile({ head, size, gzip }: Candidate, { state }: Known): boolean {
  // Nothing is known of the content that was read: there is nothing to go on from.
  if (state.fingerprint.length === 0 && state.offset > 0) return false;
  return fits(state.fingerprint, head) && (gzip || size >= state.offset);
}

const isFull = ({ fingerprint }: FileState) => fingerprint.length === headLength;

const mayBeMoved = (candidate: Candidate, state: FileState) =>
  isFull(state) || isSameLog(candidate.path, state.path);

const mayBeCopy = (candidate: Candidate, state: FileState) =>
  isFull(state) || isNamedAfter(candidate.path, state.path);

function formerFile({ path, size, head }: Candidate, state: FileState): Decision {
  if (state.path !== path)
    return {
      kind: 'new',
      label: 'inode reused',
      reason: `its inode was ${state.path}'s before, with other content`,
    };
  if (size < state.offset)
    return {
      kind: 'new',
      label: 'truncated',
      reason: `the file was truncated: it has ${size} bytes, and ${state.offset} were read`,
    };
  const what = fits(state.fingerprint, head) ? 'what lies before the position' : 'its beginning';
  return { kind: 'new', label: 'rewritten', reason: `the file has other content: ${what} changed` };
}
