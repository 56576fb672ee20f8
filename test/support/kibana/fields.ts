import type { View, Views } from '../../../src/kibana/data-views.ts';
import {
  alerts,
  deadLetters,
  events,
  transitions,
  windows,
} from '../../../src/sinks/elasticsearch/setup/templates/own.ts';
import { server, stats } from '../../../src/sinks/elasticsearch/setup/templates/server.ts';
import type { IndexTemplate } from '../../../src/sinks/elasticsearch/setup/templates/template.ts';

/** What a chart can do with a field follows from its type, and from whether it is indexed at all. */
export interface Field {
  type: string;
  aggregatable: boolean;
}

export type Fields = ReadonlyMap<string, Field>;

interface Property {
  type?: string;
  doc_values?: boolean;
  properties?: Record<string, Property>;
}

function flatten(properties: Record<string, Property>, prefix = ''): [string, Field][] {
  return Object.entries(properties).flatMap(([name, { type, doc_values, properties: inner }]) => {
    const path = `${prefix}${name}`;
    if (inner) return flatten(inner, `${path}.`);
    const aggregatable = type !== 'text' && type !== 'geo_point' && doc_values !== false;
    return [[path, { type: type ?? 'object', aggregatable }] as [string, Field]];
  });
}

function fieldsIn(template: IndexTemplate, { runtimeFields = {} }: View): Fields {
  const own = flatten(template.properties as Record<string, Property>);
  const made = Object.entries(runtimeFields).map(
    ([name, { type }]) => [name, { type, aggregatable: true }] as [string, Field],
  );
  return new Map([...own, ...made]);
}

/** The fields that logboom's own templates give to what each data view shows, by the data view's id. */
export function knownFields(views: Views): Map<string, Fields> {
  const templates = {
    events,
    windows,
    alerts: alerts(views.alerts.title),
    transitions,
    deadLetters,
    server,
    stats,
  };
  return new Map(
    (Object.keys(views) as (keyof Views)[]).map((name) => [
      views[name].id,
      fieldsIn(templates[name], views[name]),
    ]),
  );
}
