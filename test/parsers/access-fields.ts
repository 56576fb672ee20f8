import { expect } from 'vitest';
import type { FieldValue } from '../../src/model.ts';
import { accessFields } from '../../src/parsers/access/access-fields.ts';
import { readEvent } from '../support/events.ts';

/** Reads a line that is declared an access log's. */
export function readAccess(line: string) {
  return readEvent({ '@timestamp': '2026-11-21T05:40:07.490Z', message: line }, { default: 'access' });
}

/** All fields of a line. Checks on the way that the document says the same as the single fields do. */
export function fieldsOf(line: string): Record<string, FieldValue> {
  const event = readAccess(line);
  expect(event.parseFailure).toBeUndefined();
  const fields: Record<string, FieldValue> = {};
  const document = JSON.parse(event.document());
  for (const name of accessFields.slotByName.keys()) {
    const value = event.get(name);
    const written = name.split('.').reduce((object, key) => object?.[key], document);
    expect([name, written]).toEqual([name, value]);
    if (value !== undefined && !/^event\.(kind|category|type)$/.test(name)) fields[name] = value;
  }
  return fields;
}
