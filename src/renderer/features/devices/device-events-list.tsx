import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useNow } from '../../app/live.ts';
import { momentText } from '../../components/chart/time-axis.ts';
import { formatDuration, formatNumber, formatTime, humidityUnit } from '../../components/format.ts';
import { StatusGlyph, type GlyphKind } from '../../components/status-glyph.tsx';
import type { DeviceEvent } from './device-events.ts';

const glyphs: Readonly<Record<DeviceEvent['kind'], GlyphKind>> = {
  beyond: 'bad',
  within: 'ok',
  silent: 'bad',
  back: 'ok',
  restarted: 'idle',
  annotation: 'idle',
};

/** What the charts show, in sentences. */
export function DeviceEvents({ events }: { readonly events: readonly DeviceEvent[] }): ReactElement {
  const { t, i18n } = useTranslation();
  const today = new Date(useNow(60_000)).toDateString();
  return (
    <section className="pane device-events">
      <h2>{t('devices.events.title')}</h2>
      {events.length === 0 ? <p className="secondary">{t('devices.events.none')}</p> : null}
      <ul>
        {events.map((event) => (
          <li key={event.key}>
            <span className="event-time">
              {new Date(event.timeMs).toDateString() === today
                ? formatTime(event.timeMs)
                : momentText(event.timeMs, i18n.language)}
            </span>
            <StatusGlyph kind={glyphs[event.kind]} />
            <span>{textOf(event)}</span>
          </li>
        ))}
      </ul>
    </section>
  );

  function textOf(event: DeviceEvent): string {
    switch (event.kind) {
      case 'beyond': {
        const { measurement, side, limit } = event;
        const unit = measurement === 'temperature' ? '°C' : humidityUnit();
        return t(side === 'above' ? 'devices.events.above' : 'devices.events.below', {
          what: t(`history.${measurement}`),
          limit: formatNumber(limit, Number.isInteger(limit) ? 0 : 1),
          unit,
        });
      }
      case 'within':
        return t('devices.events.within', {
          what: t(`history.${event.measurement}`),
          time: formatDuration(event.lastedMs / 1_000),
        });
      case 'silent':
        return t('devices.events.silent');
      case 'back':
        return t('devices.events.back', { time: formatDuration(event.afterMs / 1_000) });
      case 'restarted':
        return t('devices.events.restarted');
      case 'annotation':
        break;
    }
    const { annotation } = event;
    return t('components.labelled', {
      label: t(`history.annotations.kinds.${annotation.kind}`),
      text: annotation.text,
    });
  }
}
