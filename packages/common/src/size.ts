const units: Record<string, number> = { b: 1, kb: 2 ** 10, mb: 2 ** 20, gb: 2 ** 30, tb: 2 ** 40 };

/** Reads `512b`, `64kb`, `10mb`, `1.5gb` (powers of 1024, as Elasticsearch does) into bytes. Returns undefined for anything else. */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*(b|kb|mb|gb|tb)$/i.exec(text);
  return match ? Math.round(Number(match[1]) * units[match[2]!.toLowerCase()]!) : undefined;
}

/** Writes bytes as settings and Elasticsearch do: `84kb`, `1.5gb`. `sizeText` is for people. */
export function formatSize(bytes: number): string {
  let unit = 'b';
  for (const [name, size] of Object.entries(units)) if (bytes >= size) unit = name;
  return `${Number((bytes / units[unit]!).toFixed(1))}${unit}`;
}

const names = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];

/** Bytes for people, with three significant digits: `84 KB`, `1.18 MB`. A KB has 1,024 bytes, as in settings: `50mb` is 50 MB. */
export function sizeText(bytes: number): string {
  let value = Math.abs(bytes);
  let unit = 0;
  for (; value >= 1_023.5 && unit < names.length - 1; unit++) value /= 1_024;
  const rounded = value < 999.5 ? Number(value.toPrecision(3)) : Math.round(value);
  // Without `Intl`, which takes a light command longer to load than all else.
  const digits = String(rounded).replace(/\B(?=(?:\d{3})+$)/g, rounded < 1_000 ? '' : ',');
  return `${bytes < 0 ? '-' : ''}${digits} ${names[unit]}`;
}
