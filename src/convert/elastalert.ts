import { isObject } from '../events/index.ts';
import { type ConvertedNotifiers, notifiersOf } from './elastalert-alerts.ts';
import { type OurRule, types } from './elastalert-types.ts';
import { durationOf, fieldName, NotConvertible, type Theirs } from './elastalert-values.ts';
import { filtersToKql } from './filter.ts';

interface Converted {
  rules: OurRule[];
  notifiers: ConvertedNotifiers;
  /** What was left out, or differs, in words. */
  remarks: string[];
}

/** `other` is safe to join by `and`. */
const both = (one: string, other: string): string =>
  one === '' ? other : other === '' ? one : `${/ or /.test(one) ? `(${one})` : one} and ${other}`;

const keys = (theirs: Theirs): string[] => {
  const { query_key: key } = theirs;
  const list = Array.isArray(key) ? key : key === undefined ? [] : String(key).split(',');
  return list.map((name) => fieldName(String(name).trim()));
};

/** How often somebody is notified of the same alert again. One minute is the default of ElastAlert. */
function cooldownOf({ realert, exponential_realert }: Theirs): OurRule {
  const cooldown = realert === undefined ? '1m' : durationOf(realert);
  const most = durationOf(exponential_realert);
  return {
    ...(cooldown !== undefined && cooldown !== '0s' && { cooldown }),
    ...(most !== undefined && { cooldownGrowth: 2, cooldownMax: most }),
  };
}

/** Settings that logboom does not need, or that are converted elsewhere. */
const known =
  /^(name|type|filter|index|is_enabled|description|owner|priority|query_key|realert|exponential_realert|timeframe|num_events|alert|alert_text(_args|_type)?|alert_subject(_args)?|buffer_time|run_every|use_(count|terms)_query|doc_type|terms_size|timestamp_(type|field)|aggregation|es_.*|use_strftime_index|attach_related|top_count_.*|raw_count_keys|include|import|threshold(_ref|_cur)?|spike_(height|type)|forget_keys|compare_key|blacklist|whitelist|ignore_null|fields|terms_window_size|window_step_size|alert_on_.*|cardinality_field|(max|min)_(cardinality|threshold|percentage)|metric_agg_(key|type)|percentile_range|min_doc_count|match_bucket_filter|field_value|sync_bucket_interval|bucket_interval|allow_buffer_time_overlap|use_run_every_query_size|generate_kibana_.*|kibana_.*|smtp_.*|email.*|from_addr|cc|bcc|slack_.*|pagerduty_.*|ms_.*|command|pipe_match_json|http_post.*|alertmanager_.*)$/;

/** Converts one rule of ElastAlert 2. A rule that has no counterpart has no entry in `rules`, and the reason in `remarks`. */
export function fromElastAlert(theirs: unknown): Converted {
  const nothing = { rules: [], notifiers: {} };
  if (!isObject(theirs)) return { ...nothing, remarks: ['This is no rule: it has no settings.'] };
  const name = String(theirs.name ?? 'rule');
  const remarks: string[] = [];
  try {
    const rules = rulesOf(theirs, name, remarks);
    const { names, notifiers } = notifiersOf(theirs, remarks);
    for (const setting of Object.keys(theirs))
      if (!known.test(setting)) remarks.push(`\`${setting}\` has no counterpart.`);
    if (theirs.timestamp_field !== undefined && theirs.timestamp_field !== '@timestamp')
      remarks.push('`timestamp_field`: logboom takes the time of the line, or `@timestamp`.');
    if (theirs.aggregation !== undefined)
      remarks.push('`aggregation`: use `routes` with `group_by` and `group_wait` (docs/noise-control.md).');
    return {
      rules: rules.map((rule) => ({ ...rule, ...(names.length > 0 && { notify: names }) })),
      notifiers,
      remarks,
    };
  } catch (error) {
    if (!(error instanceof NotConvertible)) throw error;
    return { ...nothing, remarks: [...remarks, `The rule is not converted: ${error.message}.`] };
  }
}

function rulesOf(theirs: Theirs, name: string, remarks: string[]): OurRule[] {
  const type = String(theirs.type ?? 'any');
  const convert = Object.hasOwn(types, type) ? types[type] : undefined;
  if (convert === undefined) throw new NotConvertible(`the type \`${type}\` has no counterpart`);
  const found = convert(theirs, remarks);
  const list = Array.isArray(found) ? found : [found];
  return list.map((one) => {
    const { and = '', kind, ...settings } = one;
    const where = both(filtersToKql(theirs.filter), String(and));
    const by = keys(theirs);
    return {
      name: list.length === 1 ? name : `${name} ${String(one.field)}`,
      ...(theirs.description !== undefined && { description: String(theirs.description) }),
      ...(theirs.is_enabled === false && { enabled: false }),
      ...(kind !== undefined && { kind }),
      // A rule about every event needs a query all the same.
      ...(where !== '' ? { where } : kind === 'match' ? { where: '@timestamp : *' } : {}),
      ...(by.length > 0 && { by }),
      ...settings,
      ...cooldownOf(theirs),
      ...(theirs.owner !== undefined && { labels: { owner: String(theirs.owner) } }),
      ...(typeof theirs.alert_text === 'string' && messageOf(theirs, remarks)),
    };
  });
}

/** A text without arguments stays as it is. */
function messageOf({ alert_text: text, alert_text_args: names }: Theirs, remarks: string[]): OurRule {
  const fields = Array.isArray(names) ? names.map((name) => `{{${fieldName(String(name))}}}`) : [];
  let place = 0;
  const message = String(text).replace(
    /\{(\d*)\}/g,
    (whole, number: string) => fields[number === '' ? place++ : Number(number)] ?? whole,
  );
  if (/\{\{\s*(?!\w)|\{%/.test(message))
    remarks.push('`alert_text` in Jinja: see docs/rules.md for the names in messages.');
  if (fields.length > 0)
    remarks.push(
      '`alert_text_args`: messages know the fields of `by`, and names such as `{{value}}` and `{{time}}`.',
    );
  return { message };
}
