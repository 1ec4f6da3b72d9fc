export {
  chipFamilies,
  chipFamily,
  chipFamilyOfImage,
  revisionText,
  type ChipFamily,
} from './chip-families.ts';
export {
  appDescriptorBytes,
  readAppDescriptor,
  type AppDescriptor,
  type BootLoaderDescriptor,
} from './descriptors.ts';
export { firstSegmentOffset, imageMagic, parseEspImage, type EspImage } from './esp-image.ts';
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
  partitionRows,
  partitionSubtypeName,
  partitionTypeName,
  printPartitionTable,
  tableBytes,
  tableRegionBytes,
  usualTableOffset,
  type Partition,
  type PartitionTable,
} from './partition-table.ts';
