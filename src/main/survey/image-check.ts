import type { SurveyFileKind } from '../../shared/contract/survey.ts';
import { AppError } from '../../shared/domain/app-error.ts';
import { readImageHeader, type ImageHeader } from '../../shared/domain/image-header.ts';
import {
  imageBytesMost,
  imagePixelsMost,
  imageSideMostPx,
  signatureBytesMost,
} from '../../shared/domain/survey-limits.ts';

type Sized = Extract<ImageHeader, { readonly kind: 'image' }>;

/**
 * Type and size of a file that is to be kept. It is told by its bytes: what it is called, and what it says that it is,
 * counts for nothing, and nothing is decoded.
 *
 * @throws AppError `survey.file-too-large`, `survey.image-type`, `survey.image-damaged`, `survey.image-too-large`
 */
export function checkImage(bytes: Uint8Array, kind: SurveyFileKind): Sized {
  const most = kind === 'signature' ? signatureBytesMost : imageBytesMost;
  if (bytes.length > most)
    throw new AppError('survey.file-too-large', `The file has more than ${most} bytes.`, {
      bytes: bytes.length,
      most,
    });
  const header = readImageHeader(bytes);
  if (
    header.kind === 'other' ||
    (kind === 'signature' && header.kind === 'image' && header.type !== 'image/png')
  )
    throw new AppError('survey.image-type', 'This is no PNG or JPEG image.');
  if (header.kind === 'damaged')
    throw new AppError('survey.image-damaged', 'The image is damaged or cut off.');
  const { widthPx, heightPx } = header;
  if (widthPx * heightPx > imagePixelsMost || Math.max(widthPx, heightPx) > imageSideMostPx)
    throw new AppError('survey.image-too-large', `The image is too large: ${widthPx} × ${heightPx} pixels.`, {
      widthPx,
      heightPx,
      megapixels: Math.round((widthPx * heightPx) / 1e6),
      most: imagePixelsMost / 1e6,
    });
  return header;
}
