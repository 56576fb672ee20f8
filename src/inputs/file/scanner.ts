import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { messageOf } from '../../errors.ts';
import type { Millis } from '../../model.ts';
import type { FileInputTelemetry } from '../../telemetry/components/file-input.ts';
import { contentFits, endsInLine } from './content.ts';
import type { Discovery, Found } from './discovery.ts';
import { type FileState, freshState, inodeKey } from './file-state.ts';
import { fingerprintOf, headLength, noTail } from './fingerprint.ts';
import { type Candidate, type Decision, decide, type Known } from './matching.ts';
import { stemKey } from './names.ts';
import { type FileFacts, factsOf, openFile, readHead } from './open-file.ts';
import type { FileRegistry } from './registry.ts';
import { type FileHooks, TailedFile } from './tailed-file.ts';

interface ScannerSettings {
  startAt: 'beginning' | 'end';
  ignoreOlder?: Millis | undefined;
  compression: 'auto' | 'none';
}

interface ScannerOptions {
  settings: ScannerSettings;
  discovery: Discovery;
  registry: FileRegistry;
  hooks: FileHooks;
  telemetry: FileInputTelemetry;
  /** Key of a new state. */
  newId: () => string;
  now: () => Millis;
}

/** `endsInLine`: its last line has no end yet. */
type SeenFile = FileFacts & { endsInLine: boolean };

/** A copy of a file that is there. */
interface Held {
  of: string;
  inode: string;
  since: Millis;
}

/**
 * For so long a file is held as a copy whose beginning is shorter than a fingerprint: copytruncate cuts the original right
 * after it copied it, and two short files may begin alike by chance.
 */
const holdShort: Millis = 10_000;

export const newId = (input: string): string => `${input}/${randomBytes(9).toString('base64url')}`;

/** Keeps the registry true to what is on disk: which names are which files, which files are new, and which are gone. */
export class Scanner {
  /** Paths of copies that are not read, and whose they are. */
  readonly held = new Map<string, Held>();
  readonly #options: ScannerOptions;
  /** Whether this is the first scan that the input ever makes. */
  #isFirst: boolean;

  constructor(options: ScannerOptions, isFirst: boolean) {
    this.#options = options;
    this.#isFirst = isFirst;
  }

  /** Returns how many paths match. `onFound` is called with that number before any of them is looked at. */
  async scan(onFound: (paths: number) => void): Promise<number> {
    const { discovery } = this.#options;
    const found = await discovery.look();
    onFound(found.size);
    const facts = await this.#factsOf(found);
    this.#unname(found, facts);
    const strangers = this.#name(facts);
    await this.#growFingerprints(strangers.map(([path]) => path));
    for (const [path, seen] of strangers) await this.#admit(path, seen);
    for (const path of this.held.keys()) if (!found.has(path)) this.held.delete(path);
    this.#missUnread();
    this.#isFirst = false;
    return found.size;
  }

  /** What lies under the names that may mean another file than before. */
  async #factsOf(found: ReadonlyMap<string, Found>): Promise<Map<string, FileFacts>> {
    const facts = new Map<string, FileFacts>();
    for (const { path, changed } of found.values()) {
      if (!changed && this.#options.registry.at(path)) continue;
      const seen = await stat(path, { bigint: true }).catch(() => undefined);
      if (seen?.isFile()) facts.set(path, factsOf(seen));
    }
    return facts;
  }

  #unname(found: ReadonlyMap<string, Found>, facts: ReadonlyMap<string, FileFacts>): void {
    const { registry } = this.#options;
    for (const file of registry.files) {
      if (file.path === undefined) continue;
      const seen = facts.get(file.path);
      const isOther = seen !== undefined && inodeKey(seen) !== inodeKey(file.state);
      const isGone = !found.has(file.path) || (found.get(file.path)!.changed && seen === undefined);
      if (isOther || isGone) registry.unname(file);
    }
  }

  /** Gives files their new names, and returns what is no known file's. */
  #name(facts: ReadonlyMap<string, FileFacts>): [string, FileFacts][] {
    const { registry, telemetry } = this.#options;
    const strangers: [string, FileFacts][] = [];
    for (const [path, seen] of facts) {
      const file = registry.with(seen);
      if (!file) strangers.push([path, seen]);
      else if (file.path === undefined) {
        telemetry.renamed(file.state.path, path);
        registry.rename(file, path);
        file.nextCheck = 0;
      }
    }
    return strangers;
  }

  /** Unknown files are compared with those of related names. Of these, some may have been written to since their last turn. */
  async #growFingerprints(strangers: readonly string[]): Promise<void> {
    if (strangers.length === 0) return;
    const stems = new Set(strangers.map(stemKey));
    for (const file of this.#options.registry.files)
      if (!file.isGzip && file.state.fingerprint.length < headLength && stems.has(stemKey(file.state.path)))
        await file.grow().catch(() => undefined);
  }

  #missUnread(): void {
    const { registry, now } = this.#options;
    for (const file of registry.files)
      if (file.path === undefined && !file.isOpen && !file.busy) registry.miss(file, now());
  }

  async #admit(path: string, seen: FileFacts): Promise<void> {
    try {
      if (!this.#isStillHeld(path, seen)) await this.#decide(path, seen);
    } catch (error) {
      this.#options.telemetry.unreadable(path, messageOf(error));
    }
  }

  async #decide(path: string, seen: FileFacts): Promise<void> {
    const { registry, settings, now } = this.#options;
    const handle = await openFile(path);
    if (handle === undefined) return;
    try {
      // The name may mean another file by now.
      const facts = await handle.facts();
      const { bytes: head, gzip } = await readHead(handle, facts.size, settings.compression);
      const candidate = { path, ...facts, head, gzip };
      const near = registry.near(candidate);
      const decision = await decide(candidate, near, (known) =>
        contentFits(handle, candidate, known, registry.files.has(known as TailedFile), now()),
      );
      if (inodeKey(facts) === inodeKey(seen))
        this.#follow(
          candidate,
          {
            ...facts,
            endsInLine: this.#isFirst && settings.startAt === 'end' && (await endsInLine(handle, facts.size)),
          },
          decision,
          near.sameInode,
        );
    } finally {
      await handle.close();
    }
  }

  #follow(candidate: Candidate, facts: SeenFile, decision: Decision, sameInode: Known | undefined): void {
    const { registry } = this.#options;
    const known = decision.kind === 'adopt' ? decision.known : undefined;
    if (sameInode && sameInode !== known) registry.release(sameInode);
    if (decision.kind === 'copy') this.#hold(candidate, decision.of);
    else this.held.delete(candidate.path);
    if (decision.kind === 'adopt') this.#adopt(candidate, decision);
    else if (decision.kind === 'new') this.#start(candidate, facts, decision);
  }

  /** A full fingerprint holds for as long as both files are there; a short one only as long as it is not told apart. */
  #isStillHeld(path: string, seen: FileFacts): boolean {
    const held = this.held.get(path);
    if (!held || held.inode !== inodeKey(seen)) return false;
    for (const file of this.#options.registry.files)
      if (file.id === held.of) return file.state.fingerprint.length === headLength;
    return false;
  }

  #hold(candidate: Candidate, of: Known): void {
    const { now, telemetry } = this.#options;
    const held = this.held.get(candidate.path);
    const isShort = of.state.fingerprint.length < headLength;
    if (held && held.of === of.id && isShort && now() - held.since >= holdShort) {
      this.held.delete(candidate.path);
      this.#begin(candidate, 0);
      telemetry.fromStart(candidate.path, 'new', `it begins like ${of.state.path} and is another file`);
    } else if (held?.of !== of.id) {
      this.held.set(candidate.path, { of: of.id, inode: inodeKey(candidate), since: now() });
      telemetry.copyHeld(candidate.path, of.state.path);
    }
  }

  #adopt(candidate: Candidate, { known, reason }: Extract<Decision, { kind: 'adopt' }>): void {
    const { telemetry } = this.#options;
    const { path, device, inode, size, gzip } = candidate;
    const state: FileState = { ...known.state, path, device, inode };
    // A copy that was made before the last lines were read.
    if (!gzip && size < state.offset) {
      state.offset = size;
      state.tail = noTail;
    }
    this.#add(known.id, state, candidate);
    telemetry.fromOffset(path, state.offset, reason);
  }

  #start(candidate: Candidate, facts: SeenFile, { reason, label }: Extract<Decision, { kind: 'new' }>): void {
    const { settings, telemetry, now } = this.#options;
    const { ignoreOlder, startAt } = settings;
    const { path } = candidate;
    const isOld = ignoreOlder !== undefined && now() - facts.modified >= ignoreOlder;
    const fromEnd = isOld || (this.#isFirst && startAt === 'end');
    this.#begin(candidate, fromEnd ? facts.size : 0, fromEnd && facts.endsInLine);
    if (!fromEnd) telemetry.fromStart(path, label, reason);
    else telemetry.fromOffset(path, facts.size, isOld ? 'it is older than ignoreOlder' : 'startAt is `end`');
  }

  #begin(candidate: Candidate, offset: number, isInLine = false): void {
    const { path, device, inode, head, gzip } = candidate;
    const fingerprint = fingerprintOf(head);
    const done = gzip && offset > 0 ? { done: true as const } : {};
    const skip = isInLine ? { skip: true as const } : {};
    const state = { ...freshState({ path, device, inode }), fingerprint, offset, ...done, ...skip };
    this.#add(this.#options.newId(), state, candidate);
  }

  #add(id: string, state: FileState, { path, gzip }: Candidate): void {
    const { registry, hooks, now } = this.#options;
    registry.add(new TailedFile(id, state, path, hooks, now(), gzip));
  }
}
