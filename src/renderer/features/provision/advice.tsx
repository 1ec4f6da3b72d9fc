import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { PortAdvice } from '../../../shared/contract/ports.ts';
import type { ErrorReport } from '../../../shared/domain/app-error.ts';
import { useClient } from '../../app/live.ts';

/** One line: the cause in plain words, and the action. The doctor knows more than the error where it looks. */
export function Advice({
  address,
  error,
  onRescan,
}: {
  readonly address: string;
  readonly error: ErrorReport;
  onRescan: () => void;
}): ReactElement {
  const { t } = useTranslation();
  const first = useAdvice({ key: address, address, error });
  const facts = {
    ...error.data,
    by: typeof error.data['program'] === 'string' ? t('errors.by', { program: error.data['program'] }) : '',
  };
  return (
    <div className="advice">
      {first === undefined ? (
        <p className="secondary">
          {t(`errors.${error.code}.what`, facts)} {t(`errors.${error.code}.next`, facts)}
        </p>
      ) : (
        <AdviceText advice={first} />
      )}
      <button type="button" className="button" onClick={onRescan}>
        {t('provision.rescan')}
      </button>
    </div>
  );
}

/** What the doctor says of a port; without an error the log of its board is judged. */
export function useAdvice(complaint: {
  /** The occasion: on another one the doctor is asked anew. */
  readonly key: string;
  readonly address: string;
  readonly error: ErrorReport | null;
  readonly enabled?: boolean;
}): PortAdvice | undefined {
  const client = useClient();
  const { key, address, error, enabled = true } = complaint;
  const code = error?.code ?? null;
  const { data } = useQuery({
    enabled,
    queryKey: ['provision', 'advice', key, address, code],
    queryFn: ({ signal }) => client.ports.advice({ address, code, data: error?.data ?? {} }, { signal }),
  });
  return enabled ? data?.items[0] : undefined;
}

export function AdviceText({ advice }: { readonly advice: PortAdvice }): ReactElement {
  const { t } = useTranslation();
  const command = advice.data['command'];
  return (
    <div>
      <p className="secondary">
        {t(advice.causeKey, advice.data)} {t(advice.actionKey, advice.data)}
      </p>
      {typeof command === 'string' ? (
        <p className="command">
          <code>{command}</code>
          <button
            type="button"
            className="button quiet"
            onClick={() => void navigator.clipboard.writeText(command)}
          >
            {t('provision.copy')}
          </button>
        </p>
      ) : null}
    </div>
  );
}
