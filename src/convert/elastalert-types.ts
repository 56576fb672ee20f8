import { durationOf, fieldName, hopOf, NotConvertible, type Theirs } from './elastalert-values.ts';
import { anyOf, filtersToKql } from './filter.ts';

/** A rule of logboom as it stands in a configuration. */
export type OurRule = Record<string, unknown>;

/** What a type becomes: settings beside those that all types share. Several where one rule becomes more. */
type Convert = (theirs: Theirs, remarks: string[]) => OurRule | OurRule[];

const windowOf = (theirs: Theirs, name: 'timeframe' | 'buffer_time' = 'timeframe'): OurRule => {
  const over = durationOf(theirs[name]) ?? (name === 'buffer_time' ? '15m' : undefined);
  if (over === undefined) throw new NotConvertible(`\`${name}\` is missing or no length of time`);
  return { over, every: hopOf(over) };
};

/** `> 5`, `< 2`, `outside 2..5`. */
function bounds(min: unknown, max: unknown, scale = 1): string {
  const [low, high] = [min, max].map((bound) => (bound === undefined ? undefined : Number(bound) / scale));
  if (low !== undefined && high !== undefined) return `outside ${low}..${high}`;
  if (high !== undefined) return `> ${high}`;
  if (low !== undefined) return `< ${low}`;
  throw new NotConvertible('neither a lower nor an upper threshold');
}

function numberOf(theirs: Theirs, name: string): number {
  const value = Number(theirs[name] ?? Number.NaN);
  if (Number.isNaN(value)) throw new NotConvertible(`\`${name}\` is missing or no number`);
  return value;
}

/** Lists of a rule. Entries that name files are read by ElastAlert only. */
function valuesOf(theirs: Theirs, name: 'blacklist' | 'whitelist'): unknown[] {
  const list = theirs[name];
  if (!Array.isArray(list) || list.length === 0) throw new NotConvertible(`\`${name}\` without values`);
  const file = list.find((one) => typeof one === 'string' && one.startsWith('!file'));
  if (file !== undefined)
    throw new NotConvertible(`\`${name}\` from a file (\`${String(file)}\`): write its values into the rule`);
  return list;
}

const fieldFrom = (theirs: Theirs, name: string): string => {
  const value = theirs[name];
  if (Array.isArray(value) && value.length > 1)
    throw new NotConvertible(`several fields in \`${name}\`: write a rule for each`);
  const field = Array.isArray(value) ? value[0] : value;
  if (typeof field !== 'string') throw new NotConvertible(`\`${name}\` is missing`);
  return fieldName(field);
};

/** The measure of an aggregation. */
function measureOf(theirs: Theirs): string {
  const type = String(theirs.metric_agg_type ?? 'avg');
  const field = fieldFrom(theirs, 'metric_agg_key');
  if (['min', 'max', 'avg', 'sum'].includes(type)) return `${type}(${field})`;
  if (type === 'cardinality') return `distinct(${field})`;
  if (type === 'value_count') return 'count';
  if (type === 'percentiles') return `percentile(${field}, ${Number(theirs.percentile_range ?? 95)})`;
  throw new NotConvertible(`\`metric_agg_type: ${type}\``);
}

const spikeOf = (theirs: Theirs): OurRule => {
  const height = Number(theirs.spike_height);
  if (!(height > 1)) throw new NotConvertible('`spike_height` is missing, or not above 1');
  return { ratio: height, direction: String(theirs.spike_type ?? 'both') };
};

/** The types of ElastAlert by name. */
export const types: Readonly<Record<string, Convert>> = {
  any: () => ({ kind: 'match' }),
  frequency: (theirs) => ({ when: `>= ${numberOf(theirs, 'num_events')}`, ...windowOf(theirs) }),
  spike(theirs, remarks) {
    if (theirs.field_value !== undefined) throw new NotConvertible('`field_value` of a spike');
    if (theirs.alert_on_new_data)
      remarks.push('`alert_on_new_data`: a window that nothing came before raises no alert.');
    return {
      ...{ kind: 'spike', ...windowOf(theirs), ...spikeOf(theirs) },
      ...(theirs.threshold_ref !== undefined && { minBefore: Math.max(1, Number(theirs.threshold_ref)) }),
      ...(theirs.threshold_cur !== undefined && { minCount: Number(theirs.threshold_cur) }),
    };
  },
  spike_aggregation(theirs, remarks) {
    if (theirs.threshold_cur !== undefined || theirs.threshold_ref !== undefined)
      remarks.push(
        '`threshold_cur` and `threshold_ref`: those of logboom (`minCount`, `minBefore`) are numbers of events, not values.',
      );
    return {
      kind: 'spike',
      measure: measureOf(theirs),
      ...windowOf(theirs, 'buffer_time'),
      ...spikeOf(theirs),
      ...minimum(theirs),
    };
  },
  flatline(theirs, remarks) {
    const threshold = Number(theirs.threshold ?? 1);
    const { over, every } = windowOf(theirs);
    if (threshold > 1) return { when: `< ${threshold}`, over, every };
    if (theirs.forget_keys)
      remarks.push(
        '`forget_keys`: a group that was reported stays open until it sends again, or is `forget` (24h) old.',
      );
    return { kind: 'absence', every: over };
  },
  blacklist: (theirs) => ({
    kind: 'match',
    and: anyOf(fieldFrom(theirs, 'compare_key'), valuesOf(theirs, 'blacklist')),
  }),
  whitelist(theirs) {
    const field = fieldFrom(theirs, 'compare_key');
    const listed = `not ${anyOf(field, valuesOf(theirs, 'whitelist'))}`;
    return { kind: 'match', and: theirs.ignore_null ? `${field} : * and ${listed}` : listed };
  },
  change(theirs) {
    const forget = durationOf(theirs.timeframe);
    return {
      kind: 'change',
      field: fieldFrom(theirs, 'compare_key'),
      ...(forget !== undefined && { forget }),
    };
  },
  new_term(theirs, remarks) {
    const fields = Array.isArray(theirs.fields) ? theirs.fields : [theirs.fields ?? theirs.query_key];
    const remember = durationOf(theirs.terms_window_size) ?? '30d';
    remarks.push(
      'ElastAlert learns known values from the past at its start; logboom learns them for `warmUp` (1d) from the first event.',
    );
    return fields.map((field) => {
      if (typeof field !== 'string') throw new NotConvertible('new terms of several fields together');
      return { kind: 'new-term', field: fieldName(field), remember, by: [] };
    });
  },
  cardinality(theirs) {
    const { max_cardinality: max, min_cardinality: min } = theirs;
    if (max === undefined && min === undefined)
      throw new NotConvertible('neither `max_cardinality` nor `min_cardinality`');
    return {
      ...{ kind: 'cardinality', field: fieldFrom(theirs, 'cardinality_field') },
      ...(min !== undefined && { min: Number(min) }),
      ...(max !== undefined && { max: Number(max) }),
      ...windowOf(theirs),
    };
  },
  metric_aggregation: (theirs) => ({
    ...{ measure: measureOf(theirs), when: bounds(theirs.min_threshold, theirs.max_threshold) },
    ...(theirs.metric_agg_type === 'value_count' && { and: `${fieldFrom(theirs, 'metric_agg_key')} : *` }),
    ...windowOf(theirs, 'buffer_time'),
    ...minimum(theirs),
  }),
  percentage_match(theirs) {
    const counted = filtersToKql(theirs.match_bucket_filter);
    if (counted === '') throw new NotConvertible('`match_bucket_filter` is missing, or matches all events');
    return {
      measure: `share(${counted})`,
      when: bounds(theirs.min_percentage, theirs.max_percentage, 100),
      ...windowOf(theirs, 'buffer_time'),
      ...minimum(theirs),
    };
  },
};

const minimum = ({ min_doc_count: least }: Theirs): OurRule =>
  least === undefined ? {} : { minCount: Number(least) };
