import { useCallback, useEffect, useRef, useState } from 'react';
import type { Client } from '../../../shared/contract/contract.ts';
import type {
  ImportCheck,
  ImportLook,
  ImportMapping,
  ImportProgress,
} from '../../../shared/contract/readings-import.ts';
import { reportOf, type ErrorReport } from '../../../shared/domain/app-error.ts';
import { useClient } from '../../app/live.ts';
import { useToldWork } from '../../app/use-told-work.ts';
import { sendFile } from './import-work.ts';

export interface ImportFile {
  /** How much of it was sent, until it is there. */
  readonly sending: { readonly name: string; readonly sent: number; readonly total: number } | undefined;
  readonly look: ImportLook | undefined;
  readonly check: ImportCheck | undefined;
  readonly checking: ImportProgress | null | undefined;
  readonly failure: ErrorReport | undefined;
  readonly assign: Readonly<Record<string, string>>;
  readonly order:
    | { readonly file: string; readonly mapping: ImportMapping; readonly assign: Record<string, string> }
    | undefined;
  choose: (file: File) => void;
  map: (mapping: ImportMapping) => void;
  give: (source: string, mac: string | null) => void;
  examine: () => void;
  /** Stops what is under way. */
  cancel: () => void;
  letGo: () => void;
}

/** One file on its way: sent, looked at with each change of the mapping, checked as a whole. */
export function useImportFile(): ImportFile {
  const client = useClient();
  const [id, setId] = useState<string>();
  const [sending, setSending] = useState<ImportFile['sending']>();
  const [look, setLook] = useState<ImportLook>();
  const [check, setCheck] = useState<ImportCheck>();
  const [failure, setFailure] = useState<ErrorReport>();
  const [assign, setAssign] = useState<Record<string, string>>({});
  const checking = useToldWork<ImportProgress>();
  const upload = useRef<AbortController>(undefined);
  /** Answers may overtake each other: only that of the newest question counts. */
  const asked = useRef(0);
  const opened = useRef<string>(undefined);

  const lookAgain = useCallback(
    async (of: string, mapping: ImportMapping | undefined): Promise<void> => {
      const question = ++asked.current;
      setCheck(undefined);
      try {
        const found = await client.readingsImport.look({
          file: of,
          ...(mapping === undefined ? {} : { mapping }),
        });
        if (question !== asked.current) return;
        setFailure(undefined);
        if (mapping !== undefined || found.ownFormat) {
          setLook(found);
          return;
        }
        // Loggers write the time of their place, which most likely is this one.
        const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
        const local = { ...found.mapping, time: { ...found.mapping.time, zone } };
        const again = await client.readingsImport.look({ file: of, mapping: local });
        if (question === asked.current) setLook(again);
      } catch (error) {
        if (question === asked.current) setFailure(reportOf(error));
      }
    },
    [client],
  );

  const { cancel: stopChecking } = checking;
  const letGo = useCallback((): void => {
    upload.current?.abort();
    stopChecking();
    asked.current++;
    release(client, opened.current);
    opened.current = undefined;
    setId(undefined);
    setSending(undefined);
    setLook(undefined);
    setCheck(undefined);
    setFailure(undefined);
    setAssign({});
  }, [client, stopChecking]);

  useEffect(
    () => () => {
      upload.current?.abort();
      release(client, opened.current);
    },
    [client],
  );

  const send = async (file: File): Promise<void> => {
    letGo();
    const controller = new AbortController();
    upload.current = controller;
    setSending({ name: file.name, sent: 0, total: file.size });
    try {
      const sent = await sendFile(
        client,
        file,
        (bytes) => setSending({ name: file.name, sent: bytes, total: file.size }),
        controller.signal,
      );
      if (controller.signal.aborted) {
        release(client, sent);
        return;
      }
      opened.current = sent;
      setId(sent);
      if (sent !== undefined) await lookAgain(sent, undefined);
    } catch (error) {
      if (!controller.signal.aborted) setFailure(reportOf(error));
    } finally {
      if (upload.current === controller) setSending(undefined);
    }
  };

  const order =
    id === undefined || look === undefined ? undefined : { file: id, mapping: look.mapping, assign };
  const examine = async (of: NonNullable<ImportFile['order']>): Promise<void> => {
    setCheck(undefined);
    const question = ++asked.current;
    const found = await checking.run((signal) => client.readingsImport.check(of, { signal }));
    if (question === asked.current) setCheck(found);
  };
  return {
    sending,
    look,
    check,
    checking: checking.running ? checking.progress : undefined,
    failure: failure ?? checking.failure,
    assign,
    order,
    choose: (file) => void send(file),
    map: (mapping) => {
      if (id === undefined || look === undefined) return;
      setLook({ ...look, mapping });
      void lookAgain(id, mapping);
    },
    give: (source, mac) => {
      const { [source]: _before, ...others } = assign;
      const next = mac === null ? others : { ...others, [source]: mac };
      setAssign(next);
      if (order !== undefined) void examine({ ...order, assign: next });
    },
    examine: () => {
      if (order !== undefined) void examine(order);
    },
    cancel: () => {
      upload.current?.abort();
      checking.cancel();
      setSending(undefined);
    },
    letGo,
  };
}

function release(client: Client, id: string | undefined): void {
  if (id !== undefined) client.readingsImport.close({ file: id }).catch(() => undefined);
}
