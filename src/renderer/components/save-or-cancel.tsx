import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';

/** The end of a form in a dialog. */
export function SaveOrCancel(props: {
  readonly canSave: boolean;
  /** Where the button does something else than saving. */
  readonly save?: string;
  onCancel: () => void;
}): ReactElement {
  const { t } = useTranslation();
  return (
    <div className="row-of">
      <button type="submit" className="button filled" disabled={!props.canSave}>
        {props.save ?? t('shell.save')}
      </button>
      <button type="button" className="button" onClick={props.onCancel}>
        {t('shell.cancel')}
      </button>
    </div>
  );
}
