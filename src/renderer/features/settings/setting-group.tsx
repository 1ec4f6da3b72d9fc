import type { ReactElement, ReactNode } from 'react';
import type { Settings } from '../../../shared/contract/settings.ts';
import { defaultSettings } from '../../../shared/domain/default-settings.ts';
import { reportOf } from '../../../shared/domain/app-error.ts';
import { useClient, useSettings } from '../../app/live.ts';
import { useUi } from '../../app/ui-state.ts';

/** A heading with its sentence at the left, the controls at the right. */
export function SettingGroup({
  title,
  body,
  children,
}: {
  readonly title: string;
  readonly body?: string;
  readonly children: ReactNode;
}): ReactElement {
  return (
    <section className="setting-group">
      <div>
        <h2>{title}</h2>
        {body === undefined ? null : <p className="secondary">{body}</p>}
      </div>
      <div className="setting-controls">{children}</div>
    </section>
  );
}

export interface CardOption<T extends string> {
  readonly value: T;
  readonly title: string;
  readonly body: string;
  readonly picture?: ReactNode;
}

/** Whole cards as radio buttons. */
export function CardChoice<T extends string>(props: {
  readonly name: string;
  readonly label: string;
  readonly value: T;
  readonly options: readonly CardOption<T>[];
  onChange: (value: T) => void;
}): ReactElement {
  return (
    <div className="cards" role="radiogroup" aria-label={props.label}>
      {props.options.map(({ value, title, body, picture }) => (
        <label key={value} className={value === props.value ? 'card chosen' : 'card'}>
          {picture}
          <input
            type="radio"
            name={props.name}
            value={value}
            checked={value === props.value}
            onChange={() => props.onChange(value)}
          />
          <span>
            <strong>{title}</strong>
            <span className="secondary">{body}</span>
          </span>
        </label>
      ))}
    </div>
  );
}

export const portKeys = ['mqttPort', 'mqttsPort', 'websocketPort', 'postgresPort', 'grafanaPort'] as const;

/** The settings of now and how to change one; a refused change leaves the old value and says so above. */
export function useSetting(): { readonly settings: Settings; change: (patch: Partial<Settings>) => void } {
  const client = useClient();
  const settings = useSettings() ?? defaultSettings;
  const refused = useUi((state) => state.refuseSetting);
  const change = (patch: Partial<Settings>): void => {
    refused(undefined);
    client.settings.update(patch).catch((error: unknown) => refused(reportOf(error)));
  };
  return { settings, change };
}
