interface VegaData {
  url?: { index?: string; '%timefield%'?: string; body?: unknown };
}

/** What Kibana imports unread and says only when it draws: JSON that is none, or data without an index. */
export function vegaProblems(text: string): string[] {
  let spec: { $schema?: string; data?: VegaData | VegaData[] };
  try {
    spec = JSON.parse(text);
  } catch (error) {
    return [`the Vega specification is no JSON: ${(error as Error).message}`];
  }
  const sources = [spec.data ?? []].flat();
  return [
    ...(spec.$schema?.startsWith('https://vega.github.io/schema/')
      ? []
      : ['the Vega specification names no $schema']),
    ...(sources.length === 0 ? ['the Vega specification has no data'] : []),
    ...sources.filter(({ url }) => !url?.index).map(() => 'data of the Vega specification name no index'),
    // Kibana fills an interval in by this key alone; fixed_interval stays as it is, and Elasticsearch refuses it.
    ...(/"fixed_interval"\s*:\s*\{\s*"%autointerval%"/.test(text)
      ? ['"%autointerval%" belongs into "interval"']
      : []),
  ];
}
