import type { FieldValue, LogEvent, Millis, StoredAs } from '../../../src/model.ts';
import { fieldsOf } from '../fields.ts';

interface Given {
  time?: Millis;
  message?: string;
  fields?: Record<string, FieldValue>;
  storedAs?: StoredAs;
}

/** An event with that text and those fields. */
export function eventOf({ time = 0, message = '', fields = {}, storedAs }: Given): LogEvent {
  const known = { index: 0, time, receivedAt: time, source: 's', problem: undefined, message };
  return { ...fieldsOf(fields), ...known, storedAs };
}
