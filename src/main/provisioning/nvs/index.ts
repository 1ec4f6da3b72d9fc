export { integerRange, isIntegerType, type NvsEntry, type NvsIntegerType } from './nvs-format.ts';
export { mergeNvs, type NvsChange } from './nvs-merge.ts';
export type { NvsPage } from './nvs-page.ts';
export { assertReadableNvs, parseNvs, type NvsContents, type NvsProblem } from './nvs-reader.ts';
export { buildNvsImage } from './nvs-writer.ts';
