import type { SurveyContents } from '../../../shared/domain/survey/survey-contents.ts';
import type { Verdict } from '../../../shared/domain/survey/judge-survey.ts';
import { printedPhoto, printedSignature, type Picture } from './pictures.ts';
import type { ReportInput } from './report-input.ts';
import { contentWidth, ink, marginSide, type Sheet } from './sheet.ts';
import { drawTable } from './table.ts';

const answerVerdict: Readonly<Record<'open' | 'pass' | 'fail', Verdict>> = {
  open: 'open',
  pass: 'pass',
  fail: 'fail',
};

export function drawChecklist(sheet: Sheet, { checklist, checks }: SurveyContents): void {
  const { text } = sheet;
  const { columns, sections, none, answers } = text.words;
  sheet.section(sections.checklist);
  for (const check of checks)
    sheet.line(
      text.words.check(
        text.number(check.passedDevices),
        text.number(check.devices),
        text.moment(check.finishedMs),
      ),
      { bold: true, colour: check.passed ? ink.pass : ink.fail },
    );
  if (checklist.length === 0) sheet.line(none.checklist);
  for (const group of new Set(checklist.map((item) => item.group))) {
    if (group !== '') sheet.heading(group);
    drawTable(
      sheet,
      [
        { title: columns.question, share: 6, wraps: true },
        { title: columns.verdict, share: 2.2 },
        { title: columns.reason, share: 3.4, wraps: true },
      ],
      checklist
        .filter((item) => item.group === group)
        .map(({ text: question, result, reason }) => [
          question,
          result === 'not-applicable' ? answers[result] : { verdict: answerVerdict[result] },
          reason,
        ]),
    );
  }
}

export function drawIssues(sheet: Sheet, { issues, points }: SurveyContents): void {
  const { text } = sheet;
  const { columns, sections, none } = text.words;
  sheet.section(sections.issues);
  const open = issues.filter(({ state }) => state === 'open');
  if (open.length === 0) {
    sheet.line(none.issues);
    return;
  }
  drawTable(
    sheet,
    [
      { title: columns.point, share: 1.2 },
      { title: columns.issue, share: 6, wraps: true },
      { title: columns.owner, share: 2, wraps: true },
      { title: columns.due, share: 1.8 },
    ],
    open.map(({ pointId, text: what, owner, due }) => [
      points.find(({ id }) => id === pointId)?.label ?? '–',
      what,
      owner,
      due === null ? '–' : text.plainDay(due),
    ]),
  );
}

/** Photos two in a row; read, scaled and printed one after the other, the next two while one is printed. */
export async function drawPhotos(
  sheet: Sheet,
  { photos, points }: SurveyContents,
  input: ReportInput,
  onPhoto: (done: number) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const { words } = sheet.text;
  if (photos.length === 0) return;
  sheet.section(words.sections.photos, 260);
  const width = (contentWidth - 14) / 2;
  const boxHeight = width * 0.75;
  const rowHeight = boxHeight + 30;
  const scaled = async (fileId: string): Promise<Picture | undefined> => {
    try {
      return await printedPhoto(await input.readFile(fileId, signal), input.keepPhotoMetadata);
    } catch (error) {
      // One damaged photo must not keep the customer from the report; the page says that it is missing.
      if (signal.aborted) throw error;
      return undefined;
    }
  };
  const ahead: Promise<Picture | undefined>[] = [];
  const begin = (n: number): void => {
    const photo = photos[n];
    if (photo === undefined) return;
    const work = scaled(photo.fileId);
    work.catch(() => undefined);
    ahead.push(work);
  };
  begin(0);
  begin(1);
  for (const [n, photo] of photos.entries()) {
    const picture = await ahead.shift();
    begin(n + 2);
    if (n % 2 === 0) sheet.ensure(rowHeight);
    const x = marginSide + (n % 2) * (width + 14);
    sheet.pdf.rect(x, sheet.y, width, boxHeight).fillColor(ink.sunken).fill();
    if (picture === undefined)
      sheet.at(words.photoMissing, x, sheet.y + boxHeight / 2, { width, align: 'center', colour: ink.fail });
    else
      sheet.pdf.image(picture.content, x, sheet.y, {
        fit: [width, boxHeight],
        align: 'center',
        valign: 'center',
      });
    const label = points.find(({ id }) => id === photo.pointId)?.label;
    sheet.at(label === undefined ? words.photoOfSite : words.photoOf(label), x, sheet.y + boxHeight + 4, {
      size: 8.5,
      bold: true,
      width,
    });
    sheet.at(photo.caption, x, sheet.y + boxHeight + 15, { size: 8.5, colour: ink.second, width });
    if (n % 2 === 1 || n === photos.length - 1) sheet.y += rowHeight;
    await onPhoto(n + 1);
  }
}

/** Two boxes, one for each who signs; unsigned ones leave the line for a pen. */
export async function drawSignatures(
  sheet: Sheet,
  { signatures }: SurveyContents,
  input: ReportInput,
  signal: AbortSignal,
): Promise<void> {
  const { text, pdf } = sheet;
  const { words } = text;
  sheet.section(words.sections.signatures, 240);
  sheet.line(words.signatures.statement);
  sheet.y += 4;
  const width = (contentWidth - 18) / 2;
  const height = 150;
  sheet.ensure(height);
  for (const [n, role] of (['technician', 'customer'] as const).entries()) {
    const x = marginSide + n * (width + 18);
    const signature = signatures.find((part) => part.role === role);
    pdf.rect(x, sheet.y, width, height).lineWidth(0.8).strokeColor(ink.strong).stroke();
    sheet.at(words.signatures.roles[role], x + 8, sheet.y + 7, { bold: true, size: 10.5 });
    const line = sheet.y + 88;
    if (signature !== undefined) {
      const picture = await printedSignature(await input.readFile(signature.fileId, signal));
      pdf.image(picture.content, x + 10, sheet.y + 24, {
        fit: [width - 20, 60],
        align: 'center',
        valign: 'bottom',
      });
    }
    pdf
      .moveTo(x + 10, line)
      .lineTo(x + width - 10, line)
      .lineWidth(0.6)
      .strokeColor(ink.text)
      .stroke();
    const rows = [
      [words.signatures.name, signature?.name ?? ''],
      [words.signatures.position, signature?.position ?? ''],
      [
        words.signatures.signed,
        signature === undefined ? words.signatures.notSigned : text.moment(signature.signedMs),
      ],
    ] as const;
    for (const [row, [name, value]] of rows.entries()) {
      sheet.at(name, x + 10, line + 6 + row * 13, { size: 8, colour: ink.second, width: 60 });
      sheet.at(value, x + 72, line + 6 + row * 13, { size: 9, bold: true, width: width - 80 });
    }
    if (signature !== undefined && signature.dataSha256 !== input.dataSha256)
      sheet.at(words.signatures.otherData, x + 10, line + 47, {
        size: 8,
        bold: true,
        colour: ink.fail,
        width: width - 20,
      });
  }
  sheet.y += height + 12;
}

export function drawIntegrity(sheet: Sheet, input: ReportInput): void {
  const { words } = sheet.text;
  sheet.section(words.sections.integrity, 160);
  sheet.line(words.integrity.intro);
  sheet.facts(
    [
      [words.integrity.dataHash, inGroups(input.dataSha256)],
      [words.integrity.fingerprint, inGroups(input.fingerprint)],
    ],
    170,
  );
  drawTable(
    sheet,
    [
      { title: words.columns.file, share: 2 },
      { title: words.columns.hash, share: 6 },
    ],
    input.files.map(({ path, sha256 }) => [path, sha256]),
  );
  sheet.line(words.integrity.verify);
}

/** 64 hexadecimal digits as eight words of eight: they can be compared by reading them aloud. */
function inGroups(hash: string): string {
  return hash.replaceAll(/(.{8})(?=.)/g, '$1 ');
}
