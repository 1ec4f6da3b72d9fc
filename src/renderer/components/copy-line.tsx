import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';

/** One line to take to a terminal. Where the browser gives no clipboard it can be selected as a whole. */
export function CopyLine({ line, name }: { readonly line: string; readonly name: string }): ReactElement {
  const { t } = useTranslation();
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(line);
    setCopied(true);
  };
  return (
    <p className="copy-line">
      <code>{line}</code>
      <button
        type="button"
        className="button"
        aria-label={name}
        onClick={() => void copy().catch(() => setCopied(false))}
      >
        {t('components.copy')}
      </button>
      <span role="status" className="secondary">
        {copied ? t('components.copied') : ''}
      </span>
    </p>
  );
}
