export { Additions } from './additions.ts';
export { decodeString, textOf } from './decode.ts';
export { Identifier } from './identity.ts';
export { MAX_DEPTH } from './json-text.ts';
export {
  addField,
  fieldsOf,
  isObject,
  type JsonObject,
  leafNames,
  newObject,
  valuesOf,
} from './objects.ts';
export { fieldPath, namePattern } from './path.ts';
export { isDeeper } from './repair.ts';
export { splice } from './splicer.ts';
export { EventView } from './view.ts';

export { ENTRY } from './walker.ts';

export { LineWrapper } from './wrap.ts';
