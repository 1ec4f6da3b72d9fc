import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { CheckedDevice, CheckLine, SiteCheck } from '../../../shared/contract/site-check.ts';
import { formatDate, formatNumber, formatTime } from '../../components/format.ts';
import { StatusGlyph, type GlyphKind } from '../../components/status-glyph.tsx';
import { failedFirst, failedLines, lineValues } from './check-view.ts';

/** What a run found: per device and per line, with the reason. Devices that failed stand first and open. */
export function CheckResult({ check }: { readonly check: SiteCheck }): ReactElement {
  const { t, i18n } = useTranslation();
  const { finishedMs, technician, readings, rssiLeastDbm, firmware, mode } = check;
  return (
    <section className="pane">
      <div className="pane-head">
        <h2>{t('siteCheck.result')}</h2>
        <span className="row-glyph">
          <StatusGlyph kind={check.passed ? 'ok' : 'bad'} />
          {t(check.passed ? 'siteCheck.passed' : 'siteCheck.failed')}
        </span>
      </div>
      <p className="secondary">
        {t('siteCheck.heldAgainst', {
          when: `${formatDate(finishedMs, i18n.language)} ${formatTime(finishedMs)}`,
          readings,
          rssi: formatNumber(rssiLeastDbm),
          mode: t(`siteCheck.modes.${mode}`),
        })}{' '}
        {firmware === null ? '' : t('siteCheck.heldFirmware', { firmware })}{' '}
        {technician === '' ? '' : t('siteCheck.by', { technician })}
      </p>
      <ul className="check-devices" aria-label={t('siteCheck.result')}>
        {failedFirst(check.items).map((device) => (
          <DeviceResult key={device.mac} device={device} />
        ))}
      </ul>
    </section>
  );
}

function DeviceResult({ device }: { readonly device: CheckedDevice }): ReactElement {
  const { t } = useTranslation();
  const { mac, name, zone, position, passed, lines } = device;
  const place = [zone, position].filter((part) => part !== null && part !== '').join(', ');
  return (
    <li>
      <details open={!passed}>
        <summary>
          <StatusGlyph kind={passed ? 'ok' : 'bad'} size={18} />
          <strong>{name === '' ? mac : name}</strong>
          <span className="secondary">{place}</span>
          <span className={passed ? '' : 'bad'}>
            {passed
              ? t('siteCheck.devicePassed')
              : t('siteCheck.linesFailed', { count: failedLines(device) })}
          </span>
        </summary>
        <ul className="check-lines">
          {lines.map((line) => (
            <Line key={line.check} line={line} />
          ))}
        </ul>
        <Link to="/devices/$mac" params={{ mac }}>
          {t('siteCheck.toDevice', { name: name === '' ? mac : name })}
        </Link>
      </details>
    </li>
  );
}

const glyphOf: Readonly<Record<CheckLine['result'], GlyphKind>> = {
  pass: 'ok',
  fail: 'bad',
  'not-applicable': 'idle',
};

function Line({ line }: { readonly line: CheckLine }): ReactElement {
  const { t } = useTranslation();
  return (
    <li>
      <StatusGlyph kind={glyphOf[line.result]} />
      <span className="check-name">{t(`siteCheck.checks.${line.check}`)}</span>
      <span className={line.result === 'fail' ? 'bad' : 'secondary'}>
        {t(`siteCheck.results.${line.result}`)}
        {line.cause === null ? '' : `: ${t(`siteCheck.causes.${line.cause}`, lineValues(line))}`}
      </span>
    </li>
  );
}
