import { FileInput, Modal, NumberInput, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { FirmwareBundle } from '../../../shared/contract/firmware.ts';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useClient } from '../../app/live.ts';
import { ConfirmButton } from '../../components/confirm-button.tsx';
import { formatBytes } from '../../components/format.ts';
import { saveFile } from '../../components/save-file.ts';

/** An application alone goes where the partition tables of the published firmware have it. */
const usualOffset = 0x10000;

/** Firmware on this machine: import from a file or an address, take along to another machine, remove. */
export function FirmwareDialog(props: {
  readonly bundles: readonly FirmwareBundle[];
  onClose: () => void;
  onImported: (bundle: FirmwareBundle) => void;
}): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const queries = useQueryClient();
  const [file, setFile] = useState<File | null>(null);
  const [offset, setOffset] = useState<string | number>(usualOffset);
  const [version, setVersion] = useState('');
  const [url, setUrl] = useState('');
  const [busy, setBusy] = useState(false);
  const { failure, run } = useFailure();
  const isImage = file?.name.toLowerCase().endsWith('.bin') === true;
  const again = (): Promise<void> => queries.invalidateQueries({ queryKey: ['provision', 'firmware'] });
  const take = (work: () => Promise<FirmwareBundle>): void =>
    run(async () => {
      setBusy(true);
      try {
        const bundle = await work();
        await again();
        props.onImported(bundle);
        props.onClose();
      } finally {
        setBusy(false);
      }
    });
  const importFile = (chosen: File): Promise<FirmwareBundle> =>
    isImage
      ? client.firmware.importParts({
          parts: [{ fileName: chosen.name, offset: Number(offset), file: chosen }],
          name: chosen.name.replace(/\.bin$/i, '').slice(0, 60),
          version: version.trim(),
        })
      : client.firmware.importArchive({ fileName: chosen.name, file: chosen });
  return (
    <Modal
      opened
      onClose={props.onClose}
      title={t('provision.firmware.title')}
      size="lg"
      centered
      closeButtonProps={{ 'aria-label': t('shell.close') }}
    >
      <div className="form">
        <FileInput
          label={t('provision.firmware.file')}
          description={t('provision.firmware.fileBody')}
          placeholder={t('provision.firmware.choose')}
          accept=".zip,.bin"
          value={file}
          onChange={setFile}
        />
        {isImage ? (
          <div className="pair">
            <NumberInput
              label={t('provision.firmware.offset', { hex: `0x${Number(offset).toString(16)}` })}
              value={offset}
              min={0}
              max={0xffffffff}
              hideControls
              onChange={setOffset}
            />
            <TextInput
              label={t('provision.firmware.version')}
              value={version}
              maxLength={32}
              onChange={(event) => setVersion(event.target.value)}
            />
          </div>
        ) : null}
        <button
          type="button"
          className="button filled"
          disabled={busy || file === null}
          onClick={() => {
            if (file !== null) take(() => importFile(file));
          }}
        >
          {t(busy ? 'provision.firmware.checking' : 'provision.firmware.importFile')}
        </button>
        <div className="pair with-button">
          <TextInput
            label={t('provision.firmware.url')}
            value={url}
            placeholder="https://"
            onChange={(event) => setUrl(event.target.value.trim())}
          />
          <button
            type="button"
            className="button"
            disabled={busy || !/^https?:\/\/./.test(url)}
            onClick={() => take(() => client.firmware.importUrl({ url }))}
          >
            {t('provision.firmware.importUrl')}
          </button>
        </div>
        {failure === undefined ? null : <ErrorNotice error={failure} />}
        {props.bundles.length === 0 ? null : <h3>{t('provision.firmware.kept')}</h3>}
        <ul className="bundles">
          {props.bundles.map((bundle) => (
            <li key={bundle.id}>
              <div>
                <strong>
                  {bundle.name} {bundle.version}
                </strong>
                <p className="secondary">
                  {bundle.builds.map((build) => build.chip).join(', ')} · {formatBytes(bundle.bytes)} ·{' '}
                  <code>{bundle.id.slice(0, 10)}</code>
                </p>
              </div>
              <button
                type="button"
                className="button"
                aria-label={t('provision.firmware.exportNamed', { name: `${bundle.name} ${bundle.version}` })}
                onClick={() =>
                  run(async () => saveFile(await client.firmware.exportArchive({ id: bundle.id })))
                }
              >
                {t('provision.firmware.export')}
              </button>
              {bundle.origin === 'bundled' ? null : (
                <ConfirmButton
                  label={t('provision.firmware.remove')}
                  name={t('provision.firmware.removeNamed', { name: `${bundle.name} ${bundle.version}` })}
                  title={t('provision.firmware.removeNamed', { name: `${bundle.name} ${bundle.version}` })}
                  body={t('provision.firmware.removeBody')}
                  onConfirm={() =>
                    run(async () => {
                      await client.firmware.remove({ id: bundle.id });
                      await again();
                    })
                  }
                />
              )}
            </li>
          ))}
        </ul>
      </div>
    </Modal>
  );
}
