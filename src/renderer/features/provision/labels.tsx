import { useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { LabelSize } from '../../../shared/contract/provisioning.ts';
import { useClient } from '../../app/live.ts';

/** The address of a file for an image, for as long as it is shown. */
function useObjectUrl(file: Blob | undefined): string | undefined {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    if (file === undefined) return undefined;
    const made = URL.createObjectURL(file);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  return file === undefined ? undefined : url;
}

/** The very label that will be printed. */
export function LabelPicture({
  mac,
  name,
  size = '62x29',
}: {
  readonly mac: string;
  readonly name: string;
  readonly size?: LabelSize;
}): ReactElement | null {
  const { t } = useTranslation();
  const client = useClient();
  const { data } = useQuery({
    queryKey: ['provision', 'label', mac, name, size],
    queryFn: ({ signal }) => client.provisioning.label({ macs: [mac], size, format: 'png' }, { signal }),
    staleTime: Infinity,
  });
  const url = useObjectUrl(data?.file);
  return url === undefined ? (
    <span className="label-picture empty" />
  ) : (
    <img className="label-picture" src={url} alt={t('provision.labelOf', { name, mac })} />
  );
}

/**
 * Prints through the page itself: one sheet per label, which the style sheet shows on paper only. The window and the
 * browser both have their print dialog behind `window.print`.
 */
export function usePrintLabels(): (macs: readonly string[], size?: LabelSize) => Promise<void> {
  const client = useClient();
  return useCallback(
    async (macs, size = '62x29') => {
      // A sheet of 24 is one picture; a roll has one for each label.
      const groups = size === 'a4-24' ? chunks(macs, 24) : macs.map((mac) => [mac]);
      const files = await Promise.all(
        groups.map((group) => client.provisioning.label({ macs: [...group], size, format: 'png' })),
      );
      const urls = files.map(({ file }) => URL.createObjectURL(file));
      const sheet = document.createElement('div');
      sheet.className = `print-sheet size-${size}`;
      const images = urls.map((url) => {
        const image = document.createElement('img');
        image.src = url;
        image.alt = '';
        sheet.append(image);
        return image;
      });
      document.body.append(sheet);
      try {
        await Promise.all(images.map((image) => image.decode()));
        window.print();
      } finally {
        sheet.remove();
        urls.forEach((url) => URL.revokeObjectURL(url));
      }
    },
    [client],
  );
}

function chunks(items: readonly string[], size: number): readonly (readonly string[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
