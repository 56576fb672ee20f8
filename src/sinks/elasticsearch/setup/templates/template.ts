import type { Capabilities } from '../server.ts';

/**
 * An index template, and the component template `<name>@mappings` under it. What a user adds goes into
 * `<name>@custom`, which nobody else writes and which comes last.
 */
export interface IndexTemplate {
  name: string;
  /** Raised with each change of the content: a template of a lower version is replaced. */
  version: number;
  patterns: string[];
  priority: number;
  /** Documents go into a data stream, which the server creates and rolls over by itself. */
  dataStream: boolean;
  properties: Record<string, object>;
}

export const keyword = { type: 'keyword', ignore_above: 1024 };
/** `match_only_text` would need less space, but not every distribution has it. */
export const text = { type: 'text' };
export const long = { type: 'long' };
export const double = { type: 'double' };
export const date = { type: 'date' };
export const ip = { type: 'ip', ignore_malformed: true };
/** A latitude and a longitude. */
export const point = { type: 'geo_point', ignore_malformed: true };
export const boolean = { type: 'boolean' };
export const object = (properties: Record<string, object>) => ({ properties });
/** Stored in the document, and neither searched nor sorted by, so that it needs no index. */
export const kept = { type: 'keyword', index: false, doc_values: false };

/**
 * Fields without a mapping become keywords, as in ECS. A number that a rule measures is a double from its
 * first value on: with dynamic mapping a first value of 5 would make it a long, and 5.7 would be indexed as 5.
 */
const general = [
  { addresses: { match_mapping_type: 'string', match: 'ip', mapping: ip } },
  { counts: { match_mapping_type: 'long', match: '*count', mapping: long } },
  { values: { match_mapping_type: 'long', match: 'value', mapping: double } },
  { strings: { match_mapping_type: 'string', mapping: keyword } },
];

export const settingsName = 'logboom@settings';
export const lifecycleName = 'logboom@lifecycle';
export const mappingsOf = ({ name }: IndexTemplate) => `${name}@mappings`;
export const customOf = ({ name }: IndexTemplate) => `${name}@custom`;

export const owner = 'logboom';

/** `_meta` marks the mapping, so that retention deletes only indices of logboom. */
export function mappingsBody({ properties }: IndexTemplate): object {
  const mappings = {
    _meta: { managed_by: owner },
    date_detection: false,
    dynamic_templates: general,
    properties,
  };
  return { template: { mappings } };
}

/** Components are merged in this order, so those of the user come last and take precedence. */
export function indexTemplateBody(template: IndexTemplate, server: Capabilities): object {
  const { patterns, priority } = template;
  const isStream = template.dataStream && server.dataStreams;
  const lifecycle = isStream ? [lifecycleName] : [];
  return {
    index_patterns: patterns,
    priority,
    composed_of: [settingsName, ...lifecycle, mappingsOf(template), customOf(template)],
    ...(server.mayMissComponents && { ignore_missing_component_templates: [customOf(template)] }),
    ...(isStream && { data_stream: {} }),
  };
}

/** When an index has too many fields, further ones are not indexed; the document would be refused otherwise. */
export function settingsBody(server: Capabilities): object {
  const settings = {
    'index.codec': 'best_compression',
    'index.auto_expand_replicas': '0-1',
    'index.mapping.ignore_malformed': true,
    ...(server.ignoresTooManyFields && { 'index.mapping.total_fields.ignore_dynamic_beyond_limit': true }),
  };
  return { template: { settings } };
}
