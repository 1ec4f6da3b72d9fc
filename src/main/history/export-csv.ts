import type { QuestionPool } from '../storage/index.ts';
import { predecessors } from '../storage/queries/history-lineage.ts';
import {
  bucketExport,
  bucketHeading,
  rawExport,
  rawHeading,
  type ExportPiece,
} from '../storage/queries/history-export.ts';
import { handOver } from './hand-over.ts';
import { piecesOf } from './lineage.ts';
import type { Range } from './range.ts';

export interface ExportQuestion extends Range {
  readonly macs: readonly string[];
  readonly resolution: 'raw' | 'semi-hourly' | 'hourly' | 'daily';
}

type Part =
  | { readonly type: 'part'; readonly text: string; readonly rows: number }
  | { readonly type: 'done'; readonly rows: number };

const newLine = 0x0a;
const partBytes = 64 * 1024;
const views = {
  'semi-hourly': 'sensor_data_semi_hourly',
  hourly: 'sensor_data_hourly',
  daily: 'sensor_data_daily',
} as const;

/**
 * Readings or buckets of these devices as CSV, one device after the other, each in ascending order. What a replaced
 * board sent stands under its own address, before that of its successor. The database gives as fast as parts are
 * taken, and stops when they are not wanted any more; nothing is collected here.
 */
export function exportCsv(
  pool: QuestionPool,
  question: ExportQuestion,
  signal: AbortSignal,
): AsyncGenerator<Part, void> {
  const heading = question.resolution === 'raw' ? rawHeading : bucketHeading;
  return handOver<Part>(async (put, wanted) => {
    let total = 0;
    await pool.askLong(wanted, async (connection) => {
      let first = `${heading}\r\n`;
      for (const piece of await exportPieces(connection, question)) {
        const { resolution } = question;
        const copy = resolution === 'raw' ? rawExport(piece) : bucketExport(piece, views[resolution]);
        await connection.copyOut(copy, async (chunks) => {
          for await (const { lines, rows } of wholeLines(chunks)) {
            total += rows;
            await put({ type: 'part', text: first + lines.replaceAll('\n', '\r\n'), rows });
            first = '';
          }
        });
      }
      if (first !== '') await put({ type: 'part', text: first, rows: 0 });
    });
    await put({ type: 'done', rows: total });
  }, signal);
}

async function exportPieces(
  connection: Parameters<Parameters<QuestionPool['ask']>[1]>[0],
  { macs, fromMs, toMs }: ExportQuestion,
): Promise<readonly ExportPiece[]> {
  const before = await predecessors(connection, macs);
  return macs.flatMap((mac) =>
    piecesOf(
      [mac],
      { fromMs, toMs },
      before.filter((line) => line.mac === mac),
    ).flatMap((piece) =>
      [...piece.owners.keys()].map((address) => ({
        address,
        mac,
        fromMs: piece.fromMs,
        toMs: piece.toMs,
      })),
    ),
  );
}

/** Chunks end anywhere, in the middle of a line and of a character; what is given on ends with a line. */
async function* wholeLines(
  chunks: AsyncIterable<Buffer>,
): AsyncGenerator<{ readonly lines: string; readonly rows: number }> {
  let kept: Buffer[] = [];
  let bytes = 0;
  const given = (buffer: Buffer): { readonly lines: string; readonly rows: number } => {
    let rows = 0;
    for (let at = buffer.indexOf(newLine); at !== -1; at = buffer.indexOf(newLine, at + 1)) rows++;
    return { lines: buffer.toString('utf8'), rows };
  };
  for await (const chunk of chunks) {
    kept.push(chunk);
    bytes += chunk.length;
    if (bytes < partBytes) continue;
    const all = Buffer.concat(kept);
    const end = all.lastIndexOf(newLine) + 1;
    kept = end < all.length ? [all.subarray(end)] : [];
    bytes = all.length - end;
    if (end > 0) yield given(all.subarray(0, end));
  }
  if (bytes > 0) yield given(Buffer.concat(kept));
}
