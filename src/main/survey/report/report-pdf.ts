import type { SurveyPlan } from '../../../shared/contract/survey-parts.ts';
import { judgeSurvey } from '../../../shared/domain/survey/judge-survey.ts';
import { surveyContents } from '../../../shared/domain/survey/survey-contents.ts';
import {
  drawChecklist,
  drawIntegrity,
  drawIssues,
  drawPhotos,
  drawSignatures,
} from './acceptance-sections.ts';
import { drawContents, drawCover } from './cover.ts';
import { drawConformity, drawDeviceCharts, drawDevices, drawMapping } from './device-sections.ts';
import { printedPlan, type Picture } from './pictures.ts';
import { drawHeatFigure, drawPointsFigure } from './plan-figure.ts';
import { drawRaw } from './raw-section.ts';
import type { DeviceChart, ReportInput, TellReport } from './report-input.ts';
import { ReportText } from './report-text.ts';
import { Sheet, type ReportFonts } from './sheet.ts';
import { drawPoints, drawRooms, drawWalk } from './site-sections.ts';
import { drawMethod, drawSummary } from './summary-section.ts';

/**
 * The report as PDF, A4, in the language and the time zone of the survey. Pictures are scaled and embedded one by one,
 * charts drawn as they are read: memory does not grow with their number.
 *
 * @returns how many pages it has
 * @throws the reason of the signal where it is aborted, what writing throws
 */
export async function writeReportPdf(
  input: ReportInput,
  fonts: ReportFonts,
  into: NodeJS.WritableStream,
  tell: TellReport,
  signal: AbortSignal,
): Promise<number> {
  const { document } = input;
  const contents = surveyContents(document.parts);
  const judged = judgeSurvey(contents);
  const text = new ReportText(contents.project?.language ?? 'en', contents.project?.timeZone ?? 'UTC');
  const { words } = text;
  const { survey } = document;
  const revision = words.revision(text.number(survey.revision));
  const sheet = new Sheet(fonts, text, {
    title: `${words.surveyReport}: ${survey.title}`,
    author: contents.project?.technician || survey.technician,
    subject: [survey.customerName, survey.siteName, revision].filter((part) => part !== '').join(', '),
    keywords: `${survey.id} sha256:${input.dataSha256}`,
    producer: `DataYoti Field ${input.appVersion}`,
    createdMs: input.createdMs,
    head: [
      `${words.surveyReport}: ${survey.title}`,
      [survey.siteName, revision].filter((part) => part !== '').join(', '),
    ],
    foot: `${words.data}: ${input.dataSha256}`,
    mark: survey.state === 'finished' ? null : words.draft,
  });
  const written = new Promise<void>((resolve, reject) => {
    into.once('finish', resolve);
    into.once('error', reject);
    into.once('close', () => reject(new Error('what the report is written into was closed')));
    sheet.pdf.once('error', reject);
  });
  written.catch(() => undefined);
  sheet.pdf.pipe(into);

  const steps = contents.plans.length + contents.photos.length + contents.placements.length + 3;
  let done = 0;
  /** Lets the stream and everybody else have their turn, and ends here where nobody wants the report any more. */
  const step = async (phase: 'pages' | 'photos', by = 1): Promise<void> => {
    done = Math.min(steps, done + by);
    tell({ phase, done, total: steps, pages: sheet.pages });
    await new Promise((resolve) => setImmediate(resolve));
    signal.throwIfAborted();
  };

  drawCover(sheet, input, contents, judged);
  const coverEnds = sheet.y;
  drawSummary(sheet, contents, judged);
  drawMethod(sheet, input, contents);
  drawRooms(sheet, contents);
  await step('pages');
  await drawPlans();
  drawPoints(sheet, contents, judged);
  drawWalk(sheet, contents);
  drawDevices(sheet, contents);
  await step('pages');
  await drawCharts();
  if (input.mapping !== null) drawMapping(sheet, input.mapping);
  drawChecklist(sheet, contents);
  drawIssues(sheet, contents);
  await drawPhotos(sheet, contents, input, () => step('photos'), signal);
  await drawSignatures(sheet, contents, input, signal);
  drawIntegrity(sheet, input);
  await drawRaw(sheet, contents, input, () => step('pages', 0));
  await step('pages');
  sheet.finish((of) => drawContents(of, coverEnds));
  await written;
  return sheet.pages;

  async function drawPlans(): Promise<void> {
    if (contents.points.length === 0) return;
    sheet.section(words.sections.plans, contents.plans.length === 0 ? 60 : 300);
    if (contents.plans.length === 0) sheet.line(words.figures.noPlan);
    for (const plan of contents.plans) {
      const image = await planPicture(plan);
      const own = judged.points.filter(({ point }) => point.planId === plan.id);
      drawPointsFigure(sheet, plan, image, own);
      for (const quantity of ['rssi', 'temperature', 'humidity'] as const) {
        await drawHeatFigure(sheet, plan, image, contents, quantity);
        await step('pages', 0);
      }
      await step('pages');
    }
  }

  /** A plan that cannot be read leaves an empty frame: its points are worth printing without it. */
  async function planPicture({ fileId }: SurveyPlan): Promise<Picture | undefined> {
    try {
      return await printedPlan(await input.readFile(fileId, signal));
    } catch (error) {
      if (signal.aborted) throw error;
      return undefined;
    }
  }

  async function drawCharts(): Promise<void> {
    const devices: Omit<DeviceChart, 'temperature' | 'humidity'>[] = [];
    for await (const chart of input.charts) {
      if (devices.length === 0) sheet.section(words.sections.charts, 280);
      drawDeviceCharts(sheet, chart);
      const { temperature: _temperature, humidity: _humidity, ...kept } = chart;
      devices.push(kept);
      await step('pages');
    }
    drawConformity(sheet, devices);
  }
}
