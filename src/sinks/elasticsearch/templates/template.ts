/** An index template as `PUT _index_template/<name>` takes it. */
export interface IndexTemplate {
  name: string;
  /** Raised with every change of the content: a template of a lower version is replaced. */
  version: number;
  patterns: string[];
  priority: number;
  /** Documents go into a data stream, which the server then makes by itself, and rolls over. */
  dataStream: boolean;
  properties: Record<string, object>;
}

export const keyword = { type: 'keyword', ignore_above: 1024 };
/** `match_only_text` would be smaller, but is a module that not every distribution has. */
export const text = { type: 'text' };
export const long = { type: 'long' };
export const double = { type: 'double' };
export const date = { type: 'date' };
export const ip = { type: 'ip', ignore_malformed: true };
export const boolean = { type: 'boolean' };
export const object = (properties: Record<string, object>) => ({ properties });
/** Kept in the document, and shown, but neither searched nor sorted by: costs no index. */
export const kept = { type: 'keyword', index: false, doc_values: false };

/**
 * Fields that are nowhere named become keywords, as in ECS. A number that a rule measures is a double from its
 * first value on: guessed from a first value of 5 it would be a long, and 5.7 would be indexed as 5.
 */
const general = [
  { addresses: { match_mapping_type: 'string', match: 'ip', mapping: ip } },
  { counts: { match_mapping_type: 'long', match: '*count', mapping: long } },
  { values: { match_mapping_type: 'long', match: 'value', mapping: double } },
  { strings: { match_mapping_type: 'string', mapping: keyword } },
];

/**
 * The request body. `modern` adds what servers before 8.14 refuse: rolling over without a policy being set up,
 * and leaving further fields unindexed, not refusing the document, when an index has too many.
 */
export function bodyOf(template: IndexTemplate, modern: boolean): object {
  const { patterns, priority, version, dataStream, properties } = template;
  return {
    index_patterns: patterns,
    priority,
    version,
    _meta: { managed_by: 'logboom', version, description: 'Installed by logboom at start.' },
    ...(dataStream && { data_stream: {} }),
    template: {
      settings: settingsFor(modern),
      ...(dataStream && modern && { lifecycle: {} }),
      mappings: { date_detection: false, dynamic_templates: general, properties },
    },
  };
}

function settingsFor(modern: boolean): Record<string, unknown> {
  return {
    'index.codec': 'best_compression',
    'index.auto_expand_replicas': '0-1',
    'index.mapping.ignore_malformed': true,
    ...(modern && { 'index.mapping.total_fields.ignore_dynamic_beyond_limit': true }),
  };
}
