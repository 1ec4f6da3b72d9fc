import { Switch } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { SettingGroup, useSetting } from './setting-group.tsx';

const keys = [
  ['Ctrl K', 'palette'],
  ['Ctrl 1', 'overview'],
  ['Ctrl 2', 'provision'],
  ['Ctrl 3', 'stackPage'],
  ['Ctrl 4', 'traffic'],
  ['Ctrl 5', 'devices'],
  ['Ctrl 6', 'history'],
  ['Ctrl ,', 'settings'],
  ['F1', 'help'],
  ['Ctrl Shift S', 'stack'],
  ['/', 'filter'],
  ['R', 'rescan'],
  ['B', 'blink'],
  ['Ctrl Enter', 'flash'],
  ['← →', 'historyShift'],
  ['+ − 0', 'historyZoom'],
  ['Space', 'trafficPause'],
  ['← →', 'trafficFold'],
  ['C P', 'trafficCopy'],
  ['↑ ↓ Enter', 'list'],
  ['Esc', 'close'],
] as const;

export function KeyboardSection(): ReactElement {
  const { t } = useTranslation();
  const { settings, change } = useSetting();
  return (
    <SettingGroup title={t('settings.keyboard.title')} body={t('settings.keyboard.body')}>
      <dl className="facts">
        {keys.map(([key, name]) => (
          <div key={key}>
            <dt>{t(`settings.keyboard.${name}`)}</dt>
            <dd>
              <kbd>{key}</kbd>
            </dd>
          </div>
        ))}
      </dl>
      <Switch
        label={t('settings.keyboard.single')}
        checked={settings.singleKeyShortcuts}
        onChange={(event) => change({ singleKeyShortcuts: event.target.checked })}
      />
    </SettingGroup>
  );
}
