import { Modal } from '@mantine/core';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';

/** A button for what cannot be undone: it asks once, says what goes and what stays, and then does it. */
export function ConfirmButton(props: {
  readonly label: string;
  /** Where the label alone does not say what it is about. */
  readonly name?: string;
  readonly title: string;
  readonly body: string;
  readonly more?: string;
  readonly disabled?: boolean;
  onConfirm: () => void;
}): ReactElement {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  return (
    <>
      <button
        type="button"
        className="button danger"
        disabled={props.disabled}
        {...(props.name === undefined ? {} : { 'aria-label': props.name })}
        onClick={() => setAsking(true)}
      >
        {props.label}
      </button>
      <ConfirmDialog
        opened={asking}
        title={props.title}
        body={props.body}
        {...(props.more === undefined ? {} : { more: props.more })}
        confirm={props.label}
        keep={t('shell.keep')}
        onConfirm={props.onConfirm}
        onClose={() => setAsking(false)}
      />
    </>
  );
}

export function ConfirmDialog(props: {
  readonly opened: boolean;
  readonly title: string;
  readonly body: string;
  /** A second paragraph, where one sentence is not enough to decide. */
  readonly more?: string;
  readonly confirm: string;
  readonly keep: string;
  onConfirm: () => void;
  onClose: () => void;
}): ReactElement {
  const { t } = useTranslation();
  return (
    <Modal
      opened={props.opened}
      onClose={props.onClose}
      title={props.title}
      centered
      closeButtonProps={{ 'aria-label': t('shell.close') }}
    >
      <p className="dialog-text">{props.body}</p>
      {props.more === undefined ? null : <p className="dialog-text">{props.more}</p>}
      <div className="row-of form">
        <button
          type="button"
          className="button danger"
          onClick={() => {
            props.onClose();
            props.onConfirm();
          }}
        >
          {props.confirm}
        </button>
        <button type="button" className="button" data-autofocus onClick={props.onClose}>
          {props.keep}
        </button>
      </div>
    </Modal>
  );
}
