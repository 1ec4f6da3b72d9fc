import type { JudgedSurvey } from '../../../shared/domain/survey/judge-survey.ts';
import type { SurveyContents } from '../../../shared/domain/survey/survey-contents.ts';
import type { ReportInput } from './report-input.ts';
import { contentWidth, ink, marginSide, pageHeight, type Sheet } from './sheet.ts';
import { drawVerdict, verdictColour } from './verdict-mark.ts';

const contentsTop = 470;
const contentsLine = 17;

/** The first page; its table of contents is written by `drawContents` once the pages are known. */
export function drawCover(
  sheet: Sheet,
  { document, createdMs }: ReportInput,
  { project, recordings }: SurveyContents,
  judged: JudgedSurvey,
): void {
  const { text, pdf } = sheet;
  const { words } = text;
  const { survey } = document;
  sheet.addPage();
  sheet.at('DataYoti Field', marginSide, 62, { size: 10, bold: true, colour: ink.second });
  pdf.rect(marginSide, 84, contentWidth, 3).fillColor(ink.text).fill();
  sheet.y = 100;
  sheet.line(words.surveyReport, { size: 14, colour: ink.second, gapAfter: 2 });
  sheet.line(survey.title, { size: 26, bold: true, gapAfter: 4 });
  const place = project?.siteName || survey.siteName || (survey.siteRef ?? '');
  if (place !== '') sheet.line(place, { size: 13, colour: ink.second, gapAfter: 8 });
  sheet.y += 6;

  pdf.rect(marginSide, sheet.y, contentWidth, 46).fillColor(ink.sunken).fill();
  pdf.rect(marginSide, sheet.y, 4, 46).fillColor(verdictColour[judged.verdict]).fill();
  drawVerdict(pdf, judged.verdict, marginSide + 28, sheet.y + 23, 12);
  sheet.at(words.verdicts[judged.verdict], marginSide + 50, sheet.y + 8, {
    size: 15,
    bold: true,
    colour: verdictColour[judged.verdict],
  });
  sheet.at(words.verdictSentences[judged.verdict], marginSide + 50, sheet.y + 27, {
    size: 9.5,
    colour: ink.second,
    width: contentWidth - 60,
  });
  sheet.y += 60;
  if (survey.state !== 'finished') sheet.line(words.draftNote, { bold: true, colour: ink.fail, gapAfter: 8 });

  const began = recordings.map(({ startedMs }) => startedMs);
  const ended = recordings.map(({ startedMs, endedMs }) => endedMs ?? startedMs);
  sheet.facts([
    [words.cover.customer, project?.customer.name || survey.customerName],
    [words.cover.address, project?.customer.address ?? ''],
    [words.cover.contact, project?.customer.contact ?? ''],
    [
      words.cover.site,
      [place, survey.siteRef].filter((part) => part !== null && part !== place).join(', ') || place,
    ],
    [words.cover.siteType, project === undefined ? '' : words.siteTypes[project.siteType]],
    [words.cover.technician, project?.technician || survey.technician],
    [
      words.cover.dates,
      began.length === 0 ? '' : words.range(text.moment(least(began)), text.moment(most(ended))),
    ],
    [words.cover.made, text.moment(createdMs)],
    [words.cover.reportId, `${survey.id}\n${words.revision(text.number(survey.revision))}`],
  ]);
  if (survey.correctsId !== null)
    sheet.line(words.corrects(survey.correctsId, survey.correctionReason), { colour: ink.open });
}

/** On the cover, below what it says: the sections and where they begin. */
export function drawContents(sheet: Sheet, below: number): void {
  const { words } = sheet.text;
  const { sections } = sheet;
  const rows = Math.ceil(sections.length / 2);
  const top = Math.max(contentsTop, below + 14);
  if (top + (rows + 1) * contentsLine > pageHeight - 70) return;
  sheet.at(words.cover.contents, marginSide, top, { size: 11.5, bold: true });
  const width = (contentWidth - 24) / 2;
  for (const [n, { title, page }] of sections.entries()) {
    const x = marginSide + (n < rows ? 0 : width + 24);
    const y = top + 22 + (n % rows) * contentsLine;
    sheet.at(title, x, y, { width: width - 30 });
    sheet.at(sheet.text.number(page), x + width - 30, y, { width: 30, align: 'right' });
    sheet.pdf
      .moveTo(x, y + 13)
      .lineTo(x + width, y + 13)
      .lineWidth(0.4)
      .strokeColor(ink.line)
      .stroke();
    sheet.pdf.goTo(x, y, width, contentsLine, `section-${n}`);
  }
}

const least = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b));
const most = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b));
