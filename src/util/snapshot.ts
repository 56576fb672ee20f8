import * as z from 'zod';

declare const of: unique symbol;

/**
 * State of one component as it lies in a checkpoint: plain data, which msgpack keeps as it is. Only the component's
 * `SnapshotFormat` makes one and reads one. Where a component contains another, its state holds the snapshot of the
 * other unread, and the other checks it when it restores. A snapshot may share objects with the component: it is to
 * be written, or cloned, before the component goes on.
 */
export interface Snapshot<T> {
  readonly [of]?: T;
}

/** A snapshot that does not have the form that its component writes. `place` is a path such as `groups[3][1]`. */
export class SnapshotError extends Error {
  readonly component: string;

  constructor(component: string, reason: string) {
    super(`${component} cannot go on from this snapshot: ${reason}.`);
    this.component = component;
  }
}

interface SnapshotFormatOptions<T> {
  /** Subject of error messages, such as `The event clock`. */
  component: string;
  /** What the state of the present version looks like. Only `read` checks it, so a checkpoint costs no checking. */
  schema: z.ZodType<T>;
  /**
   * For each earlier version, from 1 on, what makes its state one of the version after it. The present version is
   * one more than there are migrations.
   */
  migrations?: readonly ((state: unknown) => unknown)[];
}

/**
 * Form of a component's snapshot on disk. State of version 1 lies there as it is, because it was written before
 * snapshots had versions; later ones as `{ version, state }`. Keys that the schema does not name are kept.
 *
 * To change a form: change the type and its schema, and append the migration from the version before. Where an older
 * logboom could misread the new form, raise the number of the folder in `src/app/data-folder.ts` as well.
 */
export class SnapshotFormat<T> {
  readonly version: number;
  readonly #component: string;
  readonly #schema: z.ZodType<T>;
  readonly #migrations: readonly ((state: unknown) => unknown)[];

  constructor({ component, schema, migrations = [] }: SnapshotFormatOptions<T>) {
    this.#component = component;
    this.#schema = schema;
    this.#migrations = migrations;
    this.version = migrations.length + 1;
  }

  write(state: T): Snapshot<T> {
    return (this.version === 1 ? state : { version: this.version, state }) as Snapshot<T>;
  }

  /**
   * The state, of whatever version it was written. Objects and arrays that the schema describes are copies; what it
   * leaves open is shared with the snapshot. Throws `SnapshotError`.
   */
  read(stored: unknown): T {
    const { version, state } = versionOf(stored);
    if (version > this.version)
      throw this.#refused(`it has version ${version}, and this logboom reads versions up to ${this.version}`);
    const parsed = this.#schema.safeParse(this.#migrated(version, state));
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw this.#refused(`at ${pathOf(issue!.path)}: ${issue!.message}`);
  }

  #migrated(version: number, state: unknown): unknown {
    try {
      return this.#migrations.slice(version - 1).reduce((older, migrate) => migrate(older), state);
    } catch (error) {
      throw this.#refused(`the migration from version ${version} failed: ${(error as Error).message}`);
    }
  }

  #refused(reason: string): SnapshotError {
    return new SnapshotError(this.#component, reason);
  }
}

function versionOf(stored: unknown): { version: number; state: unknown } {
  const isEnvelope =
    typeof stored === 'object' &&
    stored !== null &&
    Object.keys(stored).sort().join() === 'state,version' &&
    Number.isInteger((stored as { version: unknown }).version);
  return isEnvelope ? (stored as { version: number; state: unknown }) : { version: 1, state: stored };
}

function pathOf(path: readonly PropertyKey[]): string {
  const text = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  return text === '' ? 'its root' : text.replace(/^\./, '');
}

/** A migration that gives a key of the state another name. */
export const renamedKey =
  (from: string, to: string) =>
  (state: unknown): unknown => {
    const { [from]: value, ...others } = state as Record<string, unknown>;
    return { ...others, [to]: value };
  };

/** Any number: sums and variances may be infinite or not a number, which `z.number()` refuses. */
export const number = z.custom<number>((value) => typeof value === 'number', 'expected a number');

/** A number that is missing where there is none. */
export const maybeNumber = z.union([number, z.undefined()]);

/** Snapshot of a part, which the part itself reads. */
export const nested = <T>(): z.ZodType<Snapshot<T>> => z.custom<Snapshot<T>>(() => true);

/** An object with a schema for every one of its keys, those that may be missing as well. */
export const objectOf = <T extends object>(
  shape: {
    [K in keyof Required<T>]: z.ZodType<T[K & keyof T]>;
  },
): z.ZodType<T> => z.looseObject(shape) as unknown as z.ZodType<T>;

/** What a value costs beside its contents, in bytes, roughly. */
const valueBytes = 16;

/** Memory of plain data in bytes, roughly. It is the same for what was stored and read again. */
export function sizeOf(value: unknown): number {
  if (value === undefined) return 0;
  if (typeof value === 'string') return valueBytes + 2 * value.length;
  if (value instanceof Uint8Array) return 6 * valueBytes + value.length;
  if (typeof value !== 'object' || value === null) return valueBytes / 2;
  return valueBytes + Object.values(value).reduce((sum: number, one) => sum + sizeOf(one), 0);
}
