import sharp, { type Sharp } from 'sharp';
import { scaleColour, shareOf, type ValueScale } from '../../../shared/domain/survey/colour-scale.ts';
import { interpolate, type HeatMap } from '../../../shared/domain/survey/heat-map.ts';

/** Pixels of the longer side as it is printed: a photo takes half the width of the page, a plan all of it. */
const photoSidePx = 1000;
const planSidePx = 2400;
const signatureSidePx = 900;
/** As many as an image of a survey may have; a file that says more is not decoded. */
const limitInputPixels = 210_000_000;

export interface Picture {
  readonly content: Buffer;
  readonly width: number;
  readonly height: number;
}

/**
 * A photo as large as it is printed, upright, without what its camera wrote into it (place, time, make) unless that is
 * asked for.
 *
 * @throws what the decoder throws for a file that is no image
 */
export function printedPhoto(file: Uint8Array, keepMetadata: boolean): Promise<Picture> {
  const scaled = sharp(file, { limitInputPixels, sequentialRead: true })
    .autoOrient()
    .resize({ width: photoSidePx, height: photoSidePx, fit: 'inside', withoutEnlargement: true })
    .flatten({ background: '#ffffff' });
  return picture((keepMetadata ? scaled.keepMetadata() : scaled).jpeg({ quality: 78 }));
}

export function printedPlan(file: Uint8Array): Promise<Picture> {
  return picture(
    sharp(file, { limitInputPixels, sequentialRead: true })
      .resize({ width: planSidePx, height: planSidePx, fit: 'inside', withoutEnlargement: true })
      .flatten({ background: '#ffffff' })
      .jpeg({ quality: 84, chromaSubsampling: '4:4:4' }),
  );
}

export function printedSignature(file: Uint8Array): Promise<Picture> {
  return picture(
    sharp(file, { limitInputPixels })
      .resize({ width: signatureSidePx, height: signatureSidePx, fit: 'inside', withoutEnlargement: true })
      .flatten({ background: '#ffffff' })
      .greyscale()
      .png(),
  );
}

async function picture(work: Sharp): Promise<Picture> {
  const { data, info } = await work.toBuffer({ resolveWithObject: true });
  return { content: data, width: info.width, height: info.height };
}

/**
 * The colours of a map, one pixel for each cell, also of the cells beyond the hull: whoever prints it cuts it at the
 * hull, which is sharper than cells can be.
 */
export function heatPicture(map: HeatMap, scale: ValueScale): Promise<Picture> {
  const { columns, rows, left, top, cell, points, values } = map;
  const pixels = Buffer.alloc(columns * rows * 3);
  for (let n = 0; n < columns * rows; n++) {
    const known = values[n] ?? Number.NaN;
    const centre = {
      x: left + ((n % columns) + 0.5) * cell,
      y: top + (Math.floor(n / columns) + 0.5) * cell,
    };
    const value = Number.isNaN(known) ? interpolate(points, centre) : known;
    pixels.set(scaleColour(shareOf(scale, value)), n * 3);
  }
  // Without steps between the cells; the viewers of PDF differ in whether they smooth.
  return picture(
    sharp(pixels, { raw: { width: columns, height: rows, channels: 3 } })
      .resize({ width: columns * 3, height: rows * 3, fit: 'fill', kernel: 'cubic' })
      .png(),
  );
}
