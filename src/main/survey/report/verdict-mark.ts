import type { Verdict } from '../../../shared/domain/survey/judge-survey.ts';
import { ink, type Pdf, type Sheet } from './sheet.ts';

export const verdictColour: Readonly<Record<Verdict, string>> = {
  pass: ink.pass,
  fail: ink.fail,
  open: ink.open,
};

/** The same shapes as on the screens: a disc with a check, a square with a cross, a dashed ring. */
export function drawVerdict(pdf: Pdf, verdict: Verdict, x: number, y: number, radius: number): void {
  pdf.save();
  const stroke = radius * 0.28;
  if (verdict === 'open') {
    pdf
      .circle(x, y, radius * 0.9)
      .fillColor(ink.white)
      .fill();
    pdf
      .circle(x, y, radius * 0.9)
      .dash(radius * 0.55, { space: radius * 0.4 })
      .lineWidth(stroke)
      .strokeColor(ink.open)
      .stroke();
    pdf.undash();
  } else if (verdict === 'pass') {
    pdf.circle(x, y, radius).fillColor(ink.pass).fill();
    pdf
      .moveTo(x - radius * 0.45, y + radius * 0.05)
      .lineTo(x - radius * 0.1, y + radius * 0.4)
      .lineTo(x + radius * 0.5, y - radius * 0.35)
      .lineWidth(stroke)
      .strokeColor(ink.white)
      .stroke();
  } else {
    pdf
      .rect(x - radius, y - radius, 2 * radius, 2 * radius)
      .fillColor(ink.fail)
      .fill();
    const arm = radius * 0.45;
    pdf
      .moveTo(x - arm, y - arm)
      .lineTo(x + arm, y + arm)
      .moveTo(x + arm, y - arm)
      .lineTo(x - arm, y + arm)
      .lineWidth(stroke)
      .strokeColor(ink.white)
      .stroke();
  }
  pdf.restore();
}

/** Mark and word side by side on one line of text. */
export function verdictWord(sheet: Sheet, verdict: Verdict, x: number, y: number, size: number): void {
  drawVerdict(sheet.pdf, verdict, x + size * 0.45, y + size * 0.55, size * 0.42);
  sheet.at(sheet.text.words.verdicts[verdict], x + size * 1.3, y, {
    size,
    bold: true,
    colour: verdictColour[verdict],
  });
}
