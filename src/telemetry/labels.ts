/**
 * A label whose values senders decide (a dataset, for one) would let any of them fill the memory: each value is
 * a time series for ever. After `most` different values the others are counted together as `_other`.
 */
export function boundedLabel(most = 100): (value: string) => string {
  const seen = new Set<string>();
  return (value) => {
    const short = value.slice(0, 100);
    if (seen.has(short)) return short;
    if (seen.size >= most) return '_other';
    seen.add(short);
    return short;
  };
}
