import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const objects = readFileSync(new URL('../kibana/data-views.ndjson', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));

describe('the data views for Kibana', () => {
  it('have ids of their own', () => {
    expect(new Set(objects.map(({ id }) => id)).size).toBe(objects.length);
  });

  it.each(objects.map((object) => [object.id, object]))(
    '%s bears stamps that Kibana 8.12 and newer take',
    (_, object) => {
      expect(object).toMatchObject({
        type: 'index-pattern',
        coreMigrationVersion: '8.8.0',
        typeMigrationVersion: '7.11.0',
      });
    },
  );

  it.each(objects.map((object) => [object.id, object]))(
    '%s has a title, a time field, and JSON in its strings',
    (_, object) => {
      expect(object.attributes).toMatchObject({
        timeFieldName: '@timestamp',
        title: expect.stringMatching(/./),
      });
      for (const name of [
        'fields',
        'fieldAttrs',
        'fieldFormatMap',
        'runtimeFieldMap',
        'sourceFilters',
        'typeMeta',
      ]) {
        expect(() => JSON.parse(object.attributes[name])).not.toThrow();
      }
    },
  );
});
