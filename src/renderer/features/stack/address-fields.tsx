import { Select } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { PortField } from '../settings/number-field.tsx';
import { useSetting } from '../settings/setting-group.tsx';
import { exposureOf, portNames, portOf } from './stack-words.ts';

/** Who reaches the database and Grafana of the Docker stack; the engine's machine alone, unless said otherwise. */
export function AddressFields(): ReactElement {
  const { t } = useTranslation();
  const { settings, change } = useSetting();
  const others = portNames.filter((name) => name !== 'grafana').map((name) => portOf(settings, name));
  const optionsFor = (value: string) => [
    { value: '127.0.0.1', label: t('stackPage.exposure.here') },
    { value: '0.0.0.0', label: t('stackPage.exposure.all') },
    ...(value === '127.0.0.1' || value === '0.0.0.0' ? [] : [{ value, label: value }]),
  ];
  return (
    <>
      {(
        [
          ['postgres', 'postgresAddress'],
          ['grafana', 'grafanaAddress'],
        ] as const
      ).map(([name, key]) => (
        <div key={key}>
          <Select
            label={t(`stackPage.engine.listens.${name}`)}
            data={optionsFor(settings[key])}
            value={settings[key]}
            allowDeselect={false}
            onChange={(value) => value !== null && change({ [key]: value })}
          />
          <p className="secondary">
            {t(
              exposureOf(settings[key]) === 'here'
                ? 'stackPage.engine.onlyThere'
                : `stackPage.engine.exposes.${name}`,
            )}
          </p>
        </div>
      ))}
      <PortField
        label={t('stackPage.engine.grafanaPort')}
        value={settings.grafanaPort}
        others={others}
        onChange={(grafanaPort) => change({ grafanaPort })}
      />
    </>
  );
}
