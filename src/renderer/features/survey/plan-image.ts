import { useEffect, useState } from 'react';
import type { Client } from '../../../shared/contract/contract.ts';
import { reportOf, type ErrorReport } from '../../../shared/domain/app-error.ts';
import { useClient } from '../../app/live.ts';

/** The plan in several sizes, each half of the one before: what is drawn is never much larger than the screen. */
export type PlanImage = readonly { readonly scale: number; readonly bitmap: ImageBitmap }[];

const smallestSidePx = 800;

/** All bytes of an image of a survey. @throws AppError as `survey.file` says */
export async function fetchImage(
  client: Pick<Client['survey'], 'file'>,
  fileId: string,
  signal: AbortSignal,
): Promise<Blob> {
  const pieces: Blob[] = [];
  for (let offset = 0, more = true, type = ''; ;) {
    const answer = await client.file({ fileId, offset }, { signal });
    pieces.push(answer.piece);
    offset += answer.piece.size;
    ({ more } = answer);
    ({ type } = answer.file);
    if (!more) return new Blob(pieces, { type });
  }
}

export function usePlanImage(fileId: string | undefined): {
  readonly image: PlanImage | undefined;
  readonly failure: ErrorReport | undefined;
} {
  const client = useClient();
  const [image, setImage] = useState<PlanImage>();
  const [failure, setFailure] = useState<ErrorReport>();
  useEffect(() => {
    if (fileId === undefined) return undefined;
    const stop = new AbortController();
    const made: { readonly scale: number; readonly bitmap: ImageBitmap }[] = [];
    const load = async (): Promise<void> => {
      const whole = await createImageBitmap(await fetchImage(client.survey, fileId, stop.signal));
      made.push({ scale: 1, bitmap: whole });
      for (let last = whole, scale = 0.5; Math.max(last.width, last.height) > smallestSidePx; scale /= 2) {
        last = await createImageBitmap(last, {
          resizeWidth: Math.max(1, Math.round(whole.width * scale)),
          resizeHeight: Math.max(1, Math.round(whole.height * scale)),
          resizeQuality: 'medium',
        });
        made.push({ scale, bitmap: last });
      }
      if (!stop.signal.aborted) setImage([...made]);
    };
    void load().catch((error: unknown) => {
      if (!stop.signal.aborted) setFailure(reportOf(error));
    });
    return () => {
      stop.abort();
      setImage(undefined);
      for (const { bitmap } of made) bitmap.close();
    };
  }, [client, fileId]);
  return { image, failure };
}

/** The smallest size that is not coarser than the screen. */
export function sizeFor(image: PlanImage, scale: number): PlanImage[number] | undefined {
  return image.findLast((size) => size.scale >= scale) ?? image[0];
}
