export {
  chipFamilies,
  chipFamily,
  chipFamilyOfImage,
  revisionText,
  type ChipFamily,
} from './chip-families.ts';
export type { AppDescriptor, BootLoaderDescriptor } from './descriptors.ts';
export { imageMagic, parseEspImage, type EspImage } from './esp-image.ts';
export {
  covers,
  readFlashLayout,
  type FlashLayout,
  type PlacedImage,
  type PlacedPart,
} from './flash-layout.ts';
export {
  buildPartitionTable,
  nvsKeysPartition,
  nvsPartition,
  parsePartitionTable,
  partitionSubtypeName,
  partitionTypeName,
  printPartitionTable,
  tableBytes,
  tableRegionBytes,
  usualTableOffset,
  type Partition,
  type PartitionTable,
} from './partition-table.ts';
