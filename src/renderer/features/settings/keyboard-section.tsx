import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { SettingGroup } from './setting-group.tsx';

const keys = [
  ['Ctrl K', 'palette'],
  ['Ctrl 1', 'overview'],
  ['Ctrl 2', 'devices'],
  ['Ctrl ,', 'settings'],
  ['F1', 'help'],
  ['Ctrl Shift S', 'stack'],
  ['/', 'filter'],
  ['↑ ↓ Enter', 'list'],
  ['Esc', 'close'],
] as const;

export function KeyboardSection(): ReactElement {
  const { t } = useTranslation();
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
    </SettingGroup>
  );
}
