import { type FieldPath, fieldPath } from '../events/index.ts';
import type { FieldValue, Millis } from '../model.ts';
import { tagsOf } from '../parsers/document.ts';
import { ReadEvent } from '../parsers/event.ts';
import { Changes } from './changes.ts';

/** An event that processors change. What they set and removed takes precedence over what it was sent and parsed with. */
export class ProcessedEvent extends ReadEvent {
  override readonly changes = new Changes(() => this.failureTags());
  /** The event before its changes. */
  readonly #before = {
    get: (field: string) => super.get(field),
    names: (pattern: string) => super.names(pattern),
  };

  override moveTo(index: number): void {
    this.changes.clear();
    super.moveTo(index);
  }

  /** Sets a field, or removes it (undefined). Returns why that is not possible, in words. */
  set(field: string, value: FieldValue): string | undefined {
    if (field === '@timestamp') return 'only the processor `date` sets `@timestamp`';
    return this.changes.set(field, value, this);
  }

  /** Whether a field is new in the document: nothing that was sent or parsed is there, and nothing gets in its way. */
  isNew(field: string): boolean {
    if (super.get(field) !== undefined || this.view.hasKey(fieldPath(field))) return false;
    const dot = field.indexOf('.');
    return this.choice().format?.mayHold(dot === -1 ? field : field.slice(0, dot)) !== true;
  }

  /** Sets the time of the event. */
  setTime(time: Millis): void {
    this.eventTime.set(time);
  }

  /** The line, or what processors made of it: what they hid is not shown by another name. */
  override get message(): string {
    const { changes } = this;
    if (!changes.concerns('message') && !changes.concerns('event.original')) return super.message;
    const line = this.get('event.original') ?? this.get('message');
    return typeof line === 'string' ? line : '';
  }

  override get dataset(): string {
    const changed = this.changes.get('event.dataset');
    return typeof changed === 'string' ? changed : super.dataset;
  }

  override get(field: string): FieldValue {
    if (!this.changes.concerns(field)) return super.get(field);
    const changed = this.changes.get(field);
    return field === 'tags' ? tagsOf([changed, this.failureTags()]) : changed;
  }

  override has(field: string): boolean {
    return this.hasAt(fieldPath(field));
  }

  override hasAt(path: FieldPath): boolean {
    return this.changes.isEmpty ? super.hasAt(path) : this.changes.has(path.name, this.#before);
  }

  override names(pattern: string): string[] {
    return this.changes.isEmpty ? super.names(pattern) : this.changes.names(pattern, this.#before);
  }

  override failureTags(): string[] {
    const tags = super.failureTags();
    return this.changes.failure === undefined ? tags : [...tags, '_processorfailure'];
  }
}
