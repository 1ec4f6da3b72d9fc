import type { Verdict } from '../../../shared/domain/survey/judge-survey.ts';
import { contentWidth, ink, marginSide, type Sheet } from './sheet.ts';
import { verdictWord } from './verdict-mark.ts';

export interface Column {
  readonly title: string;
  /** Share of the width; they need not add up to one. */
  readonly share: number;
  readonly align?: 'left' | 'right';
  /** Its text wraps; others are cut. */
  readonly wraps?: boolean;
}

export type Cell = string | { readonly verdict: Verdict };

const size = 8;
const titleSize = 7.5;
const lineHeight = 10.5;
const padding = 3;
const gutter = 6;

/** A ruled table whose head is repeated on each page. Rows never break in two unless they fill a page. */
export function drawTable(
  sheet: Sheet,
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  width = contentWidth,
): void {
  const all = columns.reduce((sum, { share }) => sum + share, 0);
  const free = width - gutter * (columns.length - 1);
  let x = marginSide;
  const places = columns.map((column) => {
    const place = { ...column, x, width: (column.share / all) * free };
    x += place.width + gutter;
    return place;
  });
  const sizeOf = ({ title, width: own }: (typeof places)[number]): number =>
    Math.min(
      titleSize,
      // A word that is longer than its column would be broken anywhere.
      ...title.split(' ').map((word) => ((own - 0.5) / sheet.widthOf(word, titleSize, true)) * titleSize),
    );
  const titleHeight = (place: (typeof places)[number]): number =>
    sheet.pdf
      .font('bold')
      .fontSize(sizeOf(place))
      .heightOfString(sheet.clean(place.title), { width: place.width });
  const headHeight = Math.max(...places.map(titleHeight));
  const head = (): void => {
    for (const place of places) {
      const y = sheet.y + headHeight - titleHeight(place);
      sheet.pdf
        .fontSize(sizeOf(place))
        .font('bold')
        .fillColor(ink.second)
        .text(sheet.clean(place.title), place.x, y, { width: place.width, align: place.align ?? 'left' });
    }
    sheet.y += headHeight + 2;
    sheet.rule(ink.strong, 0.8);
  };
  sheet.ensure(3 * lineHeight + 4 * padding);
  head();
  for (const row of rows) {
    let height = lineHeight;
    sheet.pdf.font('regular').fontSize(size);
    const texts = row.map((cell, n) => {
      const place = places[n];
      if (typeof cell !== 'string' || place === undefined) return '';
      const cleaned = sheet.clean(cell);
      if (place.wraps === true)
        height = Math.max(height, sheet.pdf.heightOfString(cleaned, { width: place.width }));
      return cleaned;
    });
    height += 2 * padding;
    if (sheet.room < height) {
      sheet.addPage();
      head();
    }
    for (const [n, place] of places.entries()) {
      const cell = row[n];
      const y = sheet.y + padding;
      if (typeof cell === 'object') verdictWord(sheet, cell.verdict, place.x, y, size);
      else if (place.wraps === true) {
        sheet.pdf
          .font('regular')
          .fontSize(size)
          .fillColor(ink.text)
          .text(texts[n] ?? '', place.x, y, { width: place.width, align: place.align ?? 'left' });
      } else sheet.at(texts[n] ?? '', place.x, y, { size, width: place.width, align: place.align ?? 'left' });
    }
    sheet.y += height;
    sheet.rule(ink.line, 0.4);
  }
  sheet.y += 8;
}
