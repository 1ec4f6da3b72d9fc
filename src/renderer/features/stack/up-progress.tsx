import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { DockerStackState } from '../../../shared/contract/docker.ts';
import { formatBytes, formatNumber } from '../../components/format.ts';
import { StatusGlyph } from '../../components/status-glyph.tsx';
import { fractionOf } from './stack-words.ts';

export type Progress = NonNullable<DockerStackState['progress']>;

const steps = ['check', 'images', 'network', 'volumes', 'containers', 'start', 'healthy', 'schema'] as const;

/** What is done, what is being done, what is still to do. */
export function UpSteps({ progress }: { readonly progress: Progress }): ReactElement {
  const { t } = useTranslation();
  const ahead = steps.findIndex((step) => step === progress.step);
  // An update or a take-over does something of its own before or between the steps of a start.
  const shown = ahead < 0 && progress.step !== 'done' ? ([progress.step, ...steps] as const) : steps;
  const at = progress.step === 'done' ? shown.length : Math.max(0, ahead);
  return (
    <section className="up-progress" aria-label={t('stackPage.progress.label')}>
      <ol className="up-steps">
        {shown.map((step, index) => (
          <li key={step} aria-current={index === at ? 'step' : undefined}>
            <StatusGlyph kind={index < at ? 'ok' : index === at ? 'busy' : 'idle'} />
            {t(`stackPage.progress.step.${step}`)}
            {index === at && progress.service !== null ? ` · ${progress.service}` : ''}
          </li>
        ))}
      </ol>
      <ProgressBytes progress={progress} />
    </section>
  );
}

/** All layers together, and each that is not complete. */
export function ProgressBytes({ progress }: { readonly progress: Progress }): ReactElement | null {
  const { t } = useTranslation();
  const { bytes, layers, text } = progress;
  const fraction = fractionOf(bytes);
  if (bytes === null && layers.length === 0)
    return text === null ? null : <p className="secondary">{text}</p>;
  return (
    <div className="up-bytes">
      <progress
        aria-label={t('stackPage.progress.bytes')}
        max={1}
        {...(fraction === undefined ? {} : { value: fraction })}
      />
      <p className="secondary" role="status">
        {bytes === null
          ? t('stackPage.progress.unknown')
          : fraction === undefined
            ? formatBytes(bytes.current)
            : t('stackPage.progress.of', {
                percent: formatNumber(Math.floor(fraction * 100)),
                current: formatBytes(bytes.current),
                total: formatBytes(bytes.total),
              })}
      </p>
      {layers.length === 0 ? null : (
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        <ul className="up-layers" tabIndex={0} aria-label={t('stackPage.progress.layers')}>
          {layers.map((layer) => (
            <li key={`${layer.image} ${layer.id}`}>
              <code>{layer.image}</code> <code>{layer.id}</code> <span>{layer.status}</span>{' '}
              {layer.currentBytes === null || layer.totalBytes === null
                ? null
                : `${formatBytes(layer.currentBytes)} / ${formatBytes(layer.totalBytes)}`}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
