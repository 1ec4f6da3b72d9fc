import { saveFile } from '../../components/save-file.ts';

/** A file that is being written; nothing of it is there before `close`. */
export interface TextSink {
  write(text: string): Promise<void>;
  close(): Promise<void>;
  /** Leaves no file. */
  abort(): Promise<void>;
}

type SavePicker = (options: {
  readonly suggestedName: string;
  readonly types: readonly { readonly accept: Readonly<Record<string, readonly string[]>> }[];
}) => Promise<FileSystemFileHandle>;

/** Parts are joined to a piece of about this size: thousands of small ones cost more than they hold. */
const pieceLength = 4_000_000;

/**
 * Where the browser lets a page write a file, the person chooses it and it is written as it comes; elsewhere pieces
 * are gathered outside of the page's memory, as Blobs, and saved at the end. To be called by a press of a button:
 * otherwise the browser refuses. `undefined`: the person changed their mind.
 */
export async function openTextSink(fileName: string): Promise<TextSink | undefined> {
  const { showSaveFilePicker } = globalThis as { readonly showSaveFilePicker?: SavePicker };
  if (showSaveFilePicker === undefined) return blobSink(fileName);
  try {
    const handle = await showSaveFilePicker({
      suggestedName: fileName,
      types: [{ accept: { 'text/csv': ['.csv'] } }],
    });
    const file = await handle.createWritable();
    return {
      write: (text) => file.write(text),
      close: () => file.close(),
      abort: () => file.abort(),
    };
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return undefined;
    throw error;
  }
}

function blobSink(fileName: string): TextSink {
  const pieces: Blob[] = [];
  let open: string[] = [];
  let length = 0;
  const gather = (): void => {
    if (open.length > 0) pieces.push(new Blob(open));
    open = [];
    length = 0;
  };
  return {
    write: (text) => {
      open.push(text);
      length += text.length;
      if (length >= pieceLength) gather();
      return Promise.resolve();
    },
    close: () => {
      gather();
      saveFile({ fileName, file: new Blob(pieces, { type: 'text/csv' }) });
      return Promise.resolve();
    },
    abort: () => {
      pieces.length = 0;
      open = [];
      return Promise.resolve();
    },
  };
}
