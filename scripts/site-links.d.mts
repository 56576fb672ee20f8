export function checkLinks(dist: string, root: string): { pages: number; dead: string[] };
