/** Milliseconds since the epoch, or a length of time in milliseconds. */
export type Millis = number;

const units: Record<string, number> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** Reads `10ms`, `1.5s`, `5m`, `2h`, `7d`, `1w`, or several joined such as `1h30m`. Returns undefined for anything else. */
export function parseDuration(text: string): Millis | undefined {
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d|w))+$/.test(text)) return text === '0' ? 0 : undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d|w)/g))
    total += Number(amount) * units[unit!]!;
  // 1.005 s are 1,005 ms, not 1,004.9999999999999.
  return Number(total.toPrecision(15));
}

/** Writes a length as people say it: `10ms`, `1s`, `5m`, `1h30m`. */
export function formatDuration(millis: Millis): string {
  let rest = Math.round(millis);
  if (rest === 0) return '0s';
  let text = '';
  for (const unit of ['d', 'h', 'm', 's', 'ms'] as const) {
    const amount = Math.floor(rest / units[unit]!);
    if (amount > 0) text += `${amount}${unit}`;
    rest -= amount * units[unit]!;
  }
  return text;
}
