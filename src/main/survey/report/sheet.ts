import { create, type Font } from 'fontkit';
import PdfKit from 'pdfkit';
import type { ReportText } from './report-text.ts';

export type Pdf = PDFKit.PDFDocument;

/** Files of the type face: TrueType, so that its letters can be embedded and text be searched and copied. */
export interface ReportFonts {
  readonly regular: Uint8Array;
  readonly bold: Uint8Array;
}

/** The light tokens of the screens: the same meaning has the same colour on paper. */
export const ink = {
  text: '#10201D',
  second: '#42524E',
  third: '#5A6A66',
  line: '#D3DCD9',
  strong: '#AEBBB8',
  sunken: '#F4F7F6',
  pass: '#0A6A56',
  open: '#7C4A00',
  fail: '#AD1F12',
  band: '#DDF0E9',
  grid: '#E4EAE8',
  hatch: '#80908B',
  temperature: '#2142C8',
  humidity: '#00769A',
  white: '#FFFFFF',
} as const;

const mm = 72 / 25.4;
export const pageWidth = 210 * mm;
export const pageHeight = 297 * mm;
export const marginSide = 20 * mm;
const marginTop = 24 * mm;
const marginBottom = 22 * mm;
export const contentWidth = pageWidth - 2 * marginSide;
const bodySize = 9.5;

export interface SheetInfo {
  readonly title: string;
  readonly author: string;
  readonly subject: string;
  readonly keywords: string;
  readonly producer: string;
  readonly createdMs: number;
  /** Stands at the head of each page, left and right. */
  readonly head: readonly [string, string];
  /** Stands at the foot of each page, beside the number of the page. */
  readonly foot: string;
  /** Across every page, where the document must not be taken for the final one. */
  readonly mark: string | null;
}

export interface TextStyle {
  readonly size?: number;
  readonly bold?: boolean;
  readonly colour?: string;
  readonly gapAfter?: number;
  readonly width?: number;
}

/** A4 pages with head and foot, and a place from which on the next thing is written. Points from the upper left corner. */
export class Sheet {
  readonly pdf: Pdf;
  readonly text: ReportText;
  readonly sections: { readonly title: string; readonly page: number }[] = [];
  y = marginTop;
  readonly #info: SheetInfo;
  readonly #face: Font;
  #pages = 0;

  constructor(fonts: ReportFonts, text: ReportText, info: SheetInfo) {
    this.text = text;
    this.#info = info;
    this.#face = create(Buffer.from(fonts.regular)) as Font;
    const made = new Date(info.createdMs);
    this.pdf = new PdfKit({
      autoFirstPage: false,
      // The number of pages is known at the end; a page is a few kilobytes of drawing orders until then.
      bufferPages: true,
      pdfVersion: '1.7',
      lang: text.language,
      displayTitle: true,
      info: {
        Title: this.clean(info.title),
        Author: this.clean(info.author),
        Subject: this.clean(info.subject),
        Keywords: this.clean(info.keywords),
        Creator: info.producer,
        Producer: info.producer,
        CreationDate: made,
        ModDate: made,
      },
    });
    this.pdf.registerFont('regular', Buffer.from(fonts.regular));
    this.pdf.registerFont('bold', Buffer.from(fonts.bold));
  }

  /** Signs that the type face lacks would print as empty boxes: the nearest one that it has, else a question mark. */
  clean(text: string): string {
    let cleaned = '';
    for (const sign of text.normalize('NFC').replaceAll('\u00B5', '\u03BC').replaceAll('\u202F', '\u00A0')) {
      const code = sign.codePointAt(0) ?? 0;
      if (sign === '\n') cleaned += sign;
      else if (code < 32 || (code >= 0x7f && code < 0xa0)) cleaned += ' ';
      else if (this.#face.hasGlyphForCodePoint(code)) cleaned += sign;
      else cleaned += sign === '→' ? '>' : '?';
    }
    return cleaned;
  }

  get pages(): number {
    return this.#pages;
  }

  /** Room that is left on the page. */
  get room(): number {
    return pageHeight - marginBottom - this.y;
  }

  addPage(): void {
    this.pdf.addPage({ size: 'A4', margin: 0 });
    this.#pages += 1;
    this.y = marginTop;
  }

  /** Begins a new page unless there is so much room. */
  ensure(height: number): void {
    if (this.#pages === 0 || this.room < height) this.addPage();
  }

  /** A section of the report: its title begins a page unless a good part of the page is left. */
  section(title: string, needs = 90): void {
    this.ensure(Math.max(needs, 90));
    if (this.y > marginTop) this.y += 14;
    this.pdf.addNamedDestination(`section-${this.sections.length}`, 'FitH', this.y);
    this.sections.push({ title, page: this.#pages });
    this.pdf.outline.addItem(this.clean(title));
    this.line(title, { size: 16, bold: true, gapAfter: 2 });
    this.rule(ink.text, 1);
    this.y += 8;
  }

  heading(title: string, needs = 60): void {
    this.ensure(needs);
    this.y += 6;
    this.line(title, { size: 11.5, bold: true, gapAfter: 4 });
  }

  /** Text that wraps, and goes on on the next page where it must. */
  line(content: string, style: TextStyle = {}): void {
    const { size = bodySize, bold = false, colour = ink.text, gapAfter = 4, width = contentWidth } = style;
    this.pdf
      .font(bold ? 'bold' : 'regular')
      .fontSize(size)
      .fillColor(colour);
    for (const paragraph of this.clean(content).split('\n')) {
      const height = this.pdf.heightOfString(paragraph === '' ? ' ' : paragraph, { width });
      this.ensure(Math.min(height, pageHeight - marginTop - marginBottom));
      this.pdf
        .font(bold ? 'bold' : 'regular')
        .fontSize(size)
        .fillColor(colour);
      this.pdf.text(paragraph, marginSide, this.y, { width });
      this.y += height;
    }
    this.y += gapAfter;
  }

  note(content: string): void {
    this.line(content, { size: 8, colour: ink.third });
  }

  rule(colour: string = ink.line, thickness = 0.6): void {
    this.pdf
      .moveTo(marginSide, this.y)
      .lineTo(marginSide + contentWidth, this.y)
      .lineWidth(thickness)
      .strokeColor(colour)
      .stroke();
  }

  /** Names on the left, what they stand for on the right, ruled. */
  facts(rows: readonly (readonly [string, string])[], nameWidth = 150): void {
    for (const [name, value] of rows) {
      const shown = this.clean(value === '' ? '–' : value);
      const width = contentWidth - nameWidth - 8;
      this.pdf.font('bold').fontSize(bodySize);
      const valueHeight = this.pdf.heightOfString(shown, { width });
      this.pdf.font('regular').fontSize(bodySize);
      const height = Math.max(valueHeight, this.pdf.heightOfString(this.clean(name), { width: nameWidth }));
      this.ensure(height + 6);
      this.pdf
        .font('regular')
        .fontSize(bodySize)
        .fillColor(ink.second)
        .text(this.clean(name), marginSide, this.y + 3, { width: nameWidth });
      this.pdf
        .font('bold')
        .fontSize(bodySize)
        .fillColor(ink.text)
        .text(shown, marginSide + nameWidth + 8, this.y + 3, { width });
      this.y += height + 6;
      this.rule();
    }
    this.y += 6;
  }

  /** One line at a place of its own, cut with an ellipsis where it is too long; does not move on. */
  at(
    content: string,
    x: number,
    y: number,
    style: TextStyle & { readonly align?: 'left' | 'right' | 'center' } = {},
  ): void {
    const { size = bodySize, bold = false, colour = ink.text, width, align = 'left' } = style;
    this.pdf
      .font(bold ? 'bold' : 'regular')
      .fontSize(size)
      .fillColor(colour);
    const cleaned = this.clean(content).replaceAll('\n', ' ');
    const shown = width === undefined ? cleaned : this.#shortened(cleaned, width);
    const own = width === undefined || align === 'left' ? 0 : width - this.pdf.widthOfString(shown);
    this.pdf.text(shown, x + (align === 'center' ? own / 2 : own), y, { lineBreak: false });
  }

  widthOf(content: string, size: number, bold = false): number {
    return this.pdf
      .font(bold ? 'bold' : 'regular')
      .fontSize(size)
      .widthOfString(this.clean(content));
  }

  #shortened(text: string, width: number): string {
    if (this.pdf.widthOfString(text) <= width) return text;
    let [low, high] = [0, text.length];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.pdf.widthOfString(`${text.slice(0, middle)}…`) <= width) low = middle;
      else high = middle - 1;
    }
    return `${text.slice(0, low).trimEnd()}…`;
  }

  /** Head, foot and number on every page; the cover has only its foot. Ends the document. */
  finish(onContents: (sheet: Sheet) => void): void {
    const range = this.pdf.bufferedPageRange();
    for (let page = 0; page < range.count; page++) {
      this.pdf.switchToPage(range.start + page);
      if (page > 0) this.#head();
      else onContents(this);
      if (this.#info.mark !== null) this.#mark(this.#info.mark);
      this.#foot(page + 1, range.count);
    }
    this.pdf.end();
  }

  #head(): void {
    const y = 12 * mm;
    const [left, right] = this.#info.head;
    this.at(left, marginSide, y, { size: 8, colour: ink.second, width: contentWidth * 0.6 });
    this.at(right, marginSide + contentWidth * 0.62, y, {
      size: 8,
      colour: ink.second,
      width: contentWidth * 0.38,
      align: 'right',
    });
    this.pdf
      .moveTo(marginSide, y + 13)
      .lineTo(marginSide + contentWidth, y + 13)
      .lineWidth(0.6)
      .strokeColor(ink.line)
      .stroke();
  }

  #foot(page: number, pages: number): void {
    const y = pageHeight - 14 * mm;
    this.pdf
      .moveTo(marginSide, y - 5)
      .lineTo(marginSide + contentWidth, y - 5)
      .lineWidth(0.6)
      .strokeColor(ink.line)
      .stroke();
    this.at(this.#info.foot, marginSide, y, { size: 7, colour: ink.third, width: contentWidth * 0.8 });
    this.at(this.text.words.page(page, pages), marginSide + contentWidth * 0.8, y, {
      size: 8,
      colour: ink.second,
      width: contentWidth * 0.2,
      align: 'right',
    });
  }

  /** Between head and text: a watermark across the page would hide what it is printed on. */
  #mark(mark: string): void {
    this.at(mark, marginSide, 17.5 * mm, {
      size: 8,
      bold: true,
      colour: ink.fail,
      width: contentWidth,
      align: 'right',
    });
  }
}
