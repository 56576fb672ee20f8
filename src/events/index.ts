export { Additions } from './additions.ts';
export { ByteWriter, Constant } from './byte-writer.ts';
export { Identifier } from './identity.ts';
export { MAX_DEPTH } from './json-text.ts';
export { type FieldPath, fieldPath, namePattern } from './lookup.ts';
export {
  addField,
  fieldsOf,
  isObject,
  type JsonObject,
  leafNames,
  newObject,
  valuesOf,
} from './objects.ts';
export { isDeeper } from './repair.ts';
export { decodeString } from './repeated-values.ts';
export { Splicer } from './splicer.ts';
export { EventView } from './view.ts';

export { ENTRY, Members } from './walker.ts';

export { LineWrapper } from './wrap.ts';
