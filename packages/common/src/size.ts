const units: Record<string, number> = { b: 1, kb: 2 ** 10, mb: 2 ** 20, gb: 2 ** 30, tb: 2 ** 40 };

/** Reads `512b`, `64kb`, `10mb`, `1.5gb` (powers of 1024, as Elasticsearch does) into bytes. Returns undefined for anything else. */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*(b|kb|mb|gb|tb)$/i.exec(text);
  return match ? Math.round(Number(match[1]) * units[match[2]!.toLowerCase()]!) : undefined;
}

/** Writes bytes as people say them: `84kb`, `1.5gb`. */
export function formatSize(bytes: number): string {
  let unit = 'b';
  for (const [name, size] of Object.entries(units)) if (bytes >= size) unit = name;
  return `${Number((bytes / units[unit]!).toFixed(1))}${unit}`;
}
