import type { SurveySample } from '../../../shared/contract/survey.ts';
import type { SurveyContents } from '../../../shared/domain/survey/survey-contents.ts';
import type { ReportInput } from './report-input.ts';
import { contentWidth, ink, marginSide, type Sheet } from './sheet.ts';

const size = 6.8;
const row = 8.6;
const columnsPerPage = 3;
const between = 14;
/** Some forty pages; more than a person reads, and all of it is in the archive as CSV. */
export const rawRowsMost = 10_000;

/** Every recorded value in three columns on a page, by point in the order of the walk. */
export async function drawRaw(
  sheet: Sheet,
  contents: SurveyContents,
  { document }: ReportInput,
  onPage: () => Promise<void>,
): Promise<void> {
  const { text } = sheet;
  const { words } = text;
  const recordings = contents.recordings.filter(({ id }) => (document.samples[id]?.length ?? 0) > 0);
  if (recordings.length === 0) return;
  sheet.addPage();
  sheet.section(words.sections.raw);
  sheet.note(words.raw.intro);
  const width = (contentWidth - between * (columnsPerPage - 1)) / columnsPerPage;
  let column = 0;
  let top = sheet.y;
  const left = (): number => marginSide + column * (width + between);
  const need = async (height: number): Promise<void> => {
    if (sheet.room >= height) return;
    column += 1;
    if (column < columnsPerPage) sheet.y = top;
    else {
      column = 0;
      await onPage();
      sheet.addPage();
      top = sheet.y;
    }
  };
  let printed = 0;
  let left_out = 0;
  for (const recording of recordings) {
    const samples = document.samples[recording.id] ?? [];
    if (printed >= rawRowsMost) {
      left_out += samples.length;
      continue;
    }
    const point = contents.points.find(({ id }) => id === recording.pointId);
    await need(4 * row);
    sheet.y += 4;
    sheet.at(`${point?.label ?? '?'}  ${point?.name ?? ''}`, left(), sheet.y, {
      size: 7.6,
      bold: true,
      width,
    });
    sheet.y += row + 1;
    const when = text.moment(recording.startedMs);
    sheet.at(
      recording.discarded === '' ? when : `${when}, ${words.raw.discarded(recording.discarded)}`,
      left(),
      sheet.y,
      { size, colour: ink.second, width },
    );
    sheet.y += row + 1;
    const shown = samples.slice(0, rawRowsMost - printed);
    for (const sample of shown) {
      await need(row);
      drawSample(sheet, sample, left(), width);
      sheet.y += row;
    }
    printed += shown.length;
    left_out += samples.length - shown.length;
  }
  if (left_out === 0) return;
  column = 0;
  sheet.addPage();
  sheet.line(words.raw.more(text.number(left_out)));
}

function drawSample(sheet: Sheet, sample: SurveySample, x: number, width: number): void {
  const { text } = sheet;
  const cell = (content: string, from: number, own: number, align: 'left' | 'right'): void =>
    sheet.at(content, x + from * width, sheet.y, { size, width: own * width, align });
  cell(text.seconds(sample.timeMs), 0, 0.26, 'left');
  cell(sample.mac.slice(-8), 0.25, 0.26, 'left');
  cell(sample.temperature === null ? '' : text.number(sample.temperature, 1), 0.5, 0.14, 'right');
  cell(sample.humidity === null ? '' : text.number(sample.humidity, 1), 0.65, 0.15, 'right');
  cell(sample.rssi === null ? '' : `${text.number(sample.rssi)} dBm`, 0.8, 0.2, 'right');
}
