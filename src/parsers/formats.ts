import { AccessLog } from './access/access-log.ts';
import type { LineParser } from './line-parser.ts';

/**
 * The formats of plain lines, in the order in which `auto` tries them: the name of each is a value of `parsers.default`
 * (`src/config/schema/parsers.ts`). `zone` is the time zone of lines that state none. JSON lines are in `json.ts`.
 */
export const lineParsers = (_zone: string): LineParser[] => [new AccessLog()];
