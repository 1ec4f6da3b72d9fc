import { Select, Switch } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { ThemePicture } from './theme-picture.tsx';
import { CardChoice, SettingGroup, useSetting } from './setting-group.tsx';

const languages = ['system', 'en', 'fr'] as const;

export function DisplaySection(): ReactElement {
  const { t } = useTranslation();
  const { settings, change } = useSetting();
  return (
    <>
      <SettingGroup title={t('settings.display.title')} body={t('settings.display.body')}>
        <CardChoice
          name="display"
          label={t('settings.display.title')}
          value={settings.display}
          options={(['system', 'light', 'dark', 'sunlight'] as const).map((value) => ({
            value,
            title: t(`settings.display.${value}`),
            body: t(`settings.display.${value}Body`),
            picture: <ThemePicture theme={value} />,
          }))}
          onChange={(display) => change({ display })}
        />
      </SettingGroup>
      <SettingGroup title={t('settings.touch.title')} body={t('settings.touch.body')}>
        <CardChoice
          name="touch"
          label={t('settings.touch.title')}
          value={settings.touch}
          options={(['normal', 'gloves'] as const).map((value) => ({
            value,
            title: t(`settings.touch.${value}`),
            body: t(`settings.touch.${value}Body`),
          }))}
          onChange={(touch) => change({ touch })}
        />
      </SettingGroup>
      <SettingGroup title={t('settings.language.title')}>
        <Select
          label={t('settings.language.label')}
          value={settings.language}
          allowDeselect={false}
          data={[
            { value: 'system', label: t('settings.language.system') },
            { value: 'en', label: 'English' },
            { value: 'fr', label: 'Français' },
          ]}
          onChange={(value) =>
            change({ language: languages.find((language) => language === value) ?? 'system' })
          }
        />
        <Switch
          label={t('settings.reduceMotion')}
          checked={settings.reduceMotion}
          onChange={(event) => change({ reduceMotion: event.target.checked })}
        />
      </SettingGroup>
      <SettingGroup title={t('settings.onStart.title')}>
        <CardChoice
          name="on-start"
          label={t('settings.onStart.title')}
          value={settings.onStart}
          options={(['start-stack', 'nothing'] as const).map((value) => ({
            value,
            title: t(`settings.onStart.${value}`),
            body: '',
          }))}
          onChange={(onStart) => change({ onStart })}
        />
      </SettingGroup>
    </>
  );
}
