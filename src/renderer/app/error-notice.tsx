import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { PortName } from '../../shared/contract/stack.ts';
import { isErrorCode, reportOf, type ErrorReport } from '../../shared/domain/app-error.ts';
import { StatusGlyph } from '../components/status-glyph.tsx';
import { useClient, useStack } from './live.ts';

/** What happened, what is safe, what to do next; with the remedy as a button where there is one. */
export function ErrorNotice({ error }: { readonly error: ErrorReport }): ReactElement {
  const { t } = useTranslation();
  const code = isErrorCode(error.code) ? error.code : 'internal';
  const data = {
    ...error.data,
    by: typeof error.data['program'] === 'string' ? t('errors.by', { program: error.data['program'] }) : '',
  };
  return (
    <div className="error-notice" role="alert">
      <StatusGlyph kind="bad" size={20} />
      <div>
        <strong>{t(`errors.${code}.what`, data)}</strong>
        <p>
          {t(`errors.${code}.safe`, data)} {t(`errors.${code}.next`, data)}
        </p>
        <div className="row-of">
          <PortRemedy error={error} />
          {code === 'stack.not-running' ? <StartRemedy /> : null}
          <Details error={error} />
        </div>
      </div>
    </div>
  );
}

function PortRemedy({ error }: { readonly error: ErrorReport }): ReactElement | null {
  const { t } = useTranslation();
  const client = useClient();
  const { listener, freePort } = error.data;
  if (typeof freePort !== 'number' || typeof listener !== 'string') return null;
  const use = async (): Promise<void> => {
    await client.stack.setPort({ name: listener as PortName, port: freePort });
    await client.stack.start({});
  };
  return (
    <button type="button" className="button" onClick={() => void use().catch(() => undefined)}>
      {t('errors.usePort', { port: freePort })}
    </button>
  );
}

/** Whatever asks is asked again by itself once the stack runs. */
function StartRemedy(): ReactElement | null {
  const { t } = useTranslation();
  const client = useClient();
  const phase = useStack()?.phase;
  if (phase !== 'stopped') return null;
  return (
    <button
      type="button"
      className="button"
      onClick={() => void client.stack.start({}).catch(() => undefined)}
    >
      {t('strip.startStack')}
    </button>
  );
}

function Details({ error }: { readonly error: ErrorReport }): ReactElement {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" className="button quiet" aria-expanded={open} onClick={() => setOpen(!open)}>
        {t('errors.details')}
      </button>
      {open ? (
        <code className="hint">
          {error.code}: {error.message}
        </code>
      ) : null}
    </>
  );
}

/** The report of anything that a call may throw. */
export function useFailure(): {
  readonly failure: ErrorReport | undefined;
  run: (work: () => Promise<unknown>) => void;
  clear: () => void;
} {
  const [failure, setFailure] = useState<ErrorReport>();
  return {
    failure,
    clear: () => setFailure(undefined),
    run: (work) => {
      setFailure(undefined);
      work().catch((error: unknown) => setFailure(reportOf(error)));
    },
  };
}
