export {
  labelFormats,
  labelText,
  type LabelContent,
  type LabelFormat,
  type LabelSize,
} from './label-design.ts';
export { labelsPdf } from './label-pdf.ts';
export { labelPng } from './label-png.ts';
export { loadTypeFace, type TypeFace } from './type-face.ts';
