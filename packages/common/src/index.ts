export { formatDuration, type Millis, parseDuration } from './duration.ts';
export { FullDisk, freeBytes, isDiskFull } from './full-disk.ts';
export { glob, type NamePattern, starPattern } from './glob.ts';
export { license, xpackWith } from './licence.ts';
export { formatSize, parseSize, sizeText } from './size.ts';
