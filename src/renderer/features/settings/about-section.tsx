import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useClient } from '../../app/live.ts';
import { StatusGlyph, type GlyphKind } from '../../components/status-glyph.tsx';
import { SettingGroup } from './setting-group.tsx';

const glyphs: Readonly<Record<'ok' | 'note' | 'warn' | 'fail', GlyphKind>> = {
  ok: 'ok',
  note: 'idle',
  warn: 'warn',
  fail: 'bad',
};

export function AboutSection(): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const { failure, run } = useFailure();
  const { data: info } = useQuery({
    queryKey: ['info'],
    queryFn: ({ signal }) => client.system.info({}, { signal }),
  });
  const { data: doctor } = useQuery({
    queryKey: ['doctor'],
    queryFn: ({ signal }) => client.system.doctor({}, { signal }),
  });
  const download = async (): Promise<void> => {
    const { fileName, file } = await client.system.supportBundle({});
    const link = document.createElement('a');
    link.href = URL.createObjectURL(file);
    link.download = fileName;
    link.click();
    URL.revokeObjectURL(link.href);
  };
  return (
    <>
      <SettingGroup title="DataYoti Field">
        <dl className="facts">
          {info === undefined
            ? null
            : (
                [
                  ['version', info.appVersion],
                  ['host', t(`settings.about.hosts.${info.host}`)],
                  ['machine', `${info.hostName} (${info.os})`],
                  ['folder', info.dataFolder],
                  ['runtime', `Node ${info.nodeVersion}`],
                  ...(info.exposedAt === null ? [] : [['exposed', info.exposedAt] as const]),
                ] as const
              ).map(([key, value]) => (
                <div key={key}>
                  <dt>{t(`settings.about.${key}`)}</dt>
                  <dd>{value}</dd>
                </div>
              ))}
        </dl>
      </SettingGroup>
      <SettingGroup title={t('settings.about.doctor')} body={t('settings.about.doctorBody')}>
        <ul className="checks">
          {(doctor?.checks ?? []).map((check) => (
            <li key={check.id}>
              <StatusGlyph kind={glyphs[check.status]} />
              <div>
                {t(`checks.${check.word}.finding`, { ...check.data, defaultValue: check.finding })}
                {check.remedy === null ? null : (
                  <p className="secondary">
                    {t(`checks.${check.word}.remedy`, { ...check.data, defaultValue: check.remedy })}
                  </p>
                )}
              </div>
            </li>
          ))}
        </ul>
      </SettingGroup>
      <SettingGroup title={t('settings.about.support')} body={t('settings.about.supportBody')}>
        <button type="button" className="button" onClick={() => run(download)}>
          {t('settings.about.bundle')}
        </button>
        {failure === undefined ? null : <ErrorNotice error={failure} />}
      </SettingGroup>
    </>
  );
}
