import type { Additions, EventView } from '../events/index.ts';
import type { FieldValue, Millis } from '../model.ts';
import { accessFields, addAccessFields } from './access-fields.ts';
import { AccessLine } from './access-line.ts';
import type { LineFormat } from './format.ts';

/** The format `access`: access-log lines with the fields that Elastic's integrations give them. */
export class AccessLog implements LineFormat {
  readonly name = 'access';
  readonly #line = new AccessLine();

  open(view: EventView): boolean {
    return this.#line.open(view);
  }

  time(): Millis {
    return this.#line.head.time;
  }

  failure(): string | undefined {
    return this.#line.failure();
  }

  get(field: string): FieldValue {
    const read = accessFields.get(field);
    return read === undefined || this.failure() !== undefined ? undefined : read(this.#line);
  }

  *names(): Iterable<string> {
    for (const name of accessFields.keys()) if (this.get(name) !== undefined) yield name;
  }

  addTo(additions: Additions): void {
    if (this.failure() === undefined) addAccessFields(this.#line, additions);
  }
}
