import { IconFileUpload } from '@tabler/icons-react';
import { useRef, useState, type DragEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';

/** A place to drop a file on, and a button for who would rather choose it. */
export function FileDrop(props: { readonly disabled: boolean; onFile: (file: File) => void }): ReactElement {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const take = (files: FileList | null): void => {
    const file = files?.[0];
    if (file !== undefined && !props.disabled) props.onFile(file);
  };
  const onDrop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files);
  };
  return (
    <div
      className={over ? 'file-drop over' : 'file-drop'}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
    >
      <IconFileUpload size={28} aria-hidden="true" />
      <div>
        <strong>{t('import.drop')}</strong>
        <p className="secondary">{t('import.dropBody')}</p>
      </div>
      <button
        type="button"
        className="button"
        disabled={props.disabled}
        onClick={() => input.current?.click()}
      >
        {t('import.choose')}
      </button>
      <input
        ref={input}
        type="file"
        accept=".csv,.tsv,.txt,text/csv,text/plain"
        className="visually-hidden"
        tabIndex={-1}
        aria-label={t('import.file')}
        onChange={(event) => {
          take(event.target.files);
          // The same file again, corrected, is a choice too.
          event.target.value = '';
        }}
      />
    </div>
  );
}
