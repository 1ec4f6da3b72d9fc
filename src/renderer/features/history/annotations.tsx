import { IconPlus } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Annotation } from '../../../shared/contract/history.ts';
import { reportOf } from '../../../shared/domain/app-error.ts';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useClient } from '../../app/live.ts';
import { momentText } from '../../components/chart/time-axis.ts';
import type { ViewRange } from '../../components/chart/view-range.ts';
import { ConfirmButton } from '../../components/confirm-button.tsx';
import { AnnotationDialog } from './annotation-dialog.tsx';
import type { HistorySensor } from './history-sensors.ts';
import { LetterTag } from './line-sample.tsx';

/** What happened to the devices shown: each one is a mark in the charts. */
export function Annotations(props: {
  readonly sensors: readonly HistorySensor[];
  readonly items: readonly Annotation[];
  readonly range: ViewRange;
  readonly failure: Error | null;
}): ReactElement {
  const { t, i18n } = useTranslation();
  const client = useClient();
  const queries = useQueryClient();
  const { failure, run } = useFailure();
  const [adding, setAdding] = useState(false);
  const bySensor = new Map(props.sensors.map((sensor) => [sensor.mac, sensor]));
  const again = async (): Promise<void> => {
    await queries.invalidateQueries({ queryKey: ['history', 'annotations'] });
  };
  const remove = (id: number): void =>
    run(async () => {
      await client.history.removeAnnotation({ id });
      await again();
    });
  const error = failure ?? (props.failure === null ? undefined : reportOf(props.failure));
  return (
    <section className="pane history-annotations">
      <div className="pane-head">
        <h2>{t('history.annotations.title')}</h2>
        <button type="button" className="button" onClick={() => setAdding(true)}>
          <IconPlus size={18} aria-hidden="true" />
          {t('history.annotations.add')}
        </button>
      </div>
      {error === undefined ? null : <ErrorNotice error={error} />}
      {props.items.length === 0 ? <p className="secondary">{t('history.annotations.none')}</p> : null}
      <ul>
        {props.items.map((item) => {
          const sensor = item.mac === null ? undefined : bySensor.get(item.mac);
          return (
            <li key={item.id} className="annotation-row">
              <span className="annotation-time">{momentText(item.timeMs, i18n.language)}</span>
              <span className="annotation-text">
                {sensor === undefined ? null : <LetterTag slot={sensor.slot} />}
                <strong>{t(`history.annotations.kinds.${item.kind}`)}</strong> <span>{item.text}</span>
              </span>
              <span className="secondary">
                {[sensor?.label ?? item.siteRef ?? item.mac ?? '', item.author]
                  .filter((part) => part !== '')
                  .join(', ')}
              </span>
              {item.automatic ? (
                <span />
              ) : (
                <ConfirmButton
                  label={t('history.annotations.remove')}
                  name={t('history.annotations.removeNamed', { text: item.text })}
                  title={t('history.annotations.removeTitle')}
                  body={t('history.annotations.removeBody', { text: item.text })}
                  onConfirm={() => remove(item.id)}
                />
              )}
            </li>
          );
        })}
      </ul>
      {adding ? (
        <AnnotationDialog
          sensors={props.sensors}
          timeMs={props.range.toMs}
          onAdded={again}
          onClose={() => setAdding(false)}
        />
      ) : null}
    </section>
  );
}
