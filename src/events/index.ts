export { Additions } from './additions.ts';
export { ByteWriter, Constant } from './byte-writer.ts';
export { Identifier } from './identity.ts';
export { isEscaped, longestEscape, putEscaped } from './json-escape.ts';
export { MAX_DEPTH, nextBackslash } from './json-text.ts';
export type { TextWriter } from './json-writer.ts';
export { withLastOfDuplicates } from './last-of-duplicates.ts';
export { type FieldPath, fieldPath, metadataPath, namePattern } from './lookup.ts';
export {
  addField,
  addFieldAt,
  defined,
  fieldsOf,
  hasValue,
  isObject,
  type JsonObject,
  keysOf,
  leafNames,
  newObject,
  valuesOf,
} from './objects.ts';
export { isDeeper, leaves } from './repair.ts';
export { decodeString } from './repeated-values.ts';
export { Splicer } from './splicer.ts';
export { EventView } from './view.ts';

export { ENTRY, Members } from './walker.ts';

export { LineWrapper } from './wrap.ts';
