import { readFile } from 'node:fs/promises';

const tables = ['/proc/net/udp', '/proc/net/udp6'];

/** Datagrams that the system dropped at the sockets of a port. 0 where the system does not report them (other than Linux). */
export async function kernelDrops(port: number): Promise<number> {
  const texts = await Promise.all(tables.map((path) => readFile(path, 'utf8').catch(() => '')));
  return texts.reduce((sum, text) => sum + dropsIn(text, port), 0);
}

/** `sl local_address rem_address st … drops`: the port is hexadecimal, and the drops are the last column. */
export function dropsIn(table: string, port: number): number {
  const ending = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  let drops = 0;
  for (const line of table.split('\n').slice(1)) {
    const columns = line.trim().split(/\s+/);
    if (columns[1]?.endsWith(ending)) drops += Number(columns.at(-1));
  }
  return drops;
}
