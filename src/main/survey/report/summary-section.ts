import { extremes } from '../../../shared/domain/survey/heat-map.ts';
import type { JudgedSurvey } from '../../../shared/domain/survey/judge-survey.ts';
import { measuredPoints, type SurveyContents } from '../../../shared/domain/survey/survey-contents.ts';
import type { ReportInput } from './report-input.ts';
import { contentWidth, ink, marginSide, type Sheet } from './sheet.ts';
import { drawTable } from './table.ts';
import { verdictWord } from './verdict-mark.ts';

/** The answer on one page: verdict, why, and the points at both ends. */
export function drawSummary(sheet: Sheet, contents: SurveyContents, judged: JudgedSurvey): void {
  const { text } = sheet;
  const { words } = text;
  sheet.addPage();
  sheet.section(words.sections.summary);
  verdictWord(sheet, judged.verdict, marginSide, sheet.y, 13);
  sheet.y += 20;
  sheet.line(words.verdictSentences[judged.verdict]);
  sheet.line(
    words.summary.pointsLine(
      text.number(judged.passed),
      text.number(judged.failed),
      text.number(judged.open),
      text.number(judged.points.length),
    ),
  );
  drawBar(sheet, judged);
  if (contents.project !== undefined && contents.project.purpose !== '') {
    sheet.heading(words.summary.purpose);
    sheet.line(contents.project.purpose);
  }
  const signal = extremes(measuredPoints(contents, 'rssi'));
  const warmth = extremes(measuredPoints(contents, 'temperature'));
  const at = (
    { point, value }: { point: { label: string; name: string }; value: number },
    unit: 'dbm' | 'degrees',
  ) => `${text[unit](value)} (${[point.label, point.name].filter((part) => part !== '').join(' ')})`;
  const facts: (readonly [string, string])[] = [];
  if (signal !== null)
    facts.push(
      [words.summary.worst, at(signal.lowest, 'dbm')],
      [words.summary.best, at(signal.highest, 'dbm')],
    );
  if (warmth !== null)
    facts.push(
      [words.summary.coldest, at(warmth.lowest, 'degrees')],
      [words.summary.warmest, at(warmth.highest, 'degrees')],
    );
  facts.push(
    [words.summary.devices, text.number(contents.placements.length)],
    [words.summary.openIssues, text.number(contents.issues.filter(({ state }) => state === 'open').length)],
  );
  sheet.y += 4;
  sheet.facts(facts);
  const least = contents.criteria?.rssiLeastDbm;
  if (least !== undefined)
    for (const { plan, share } of judged.coverage)
      sheet.line(
        share === null
          ? words.summary.noCoverage(plan.name)
          : words.summary.coverage(text.share(share), text.dbm(least), plan.name),
      );
  sheet.heading(words.summary.reasons);
  const against = [
    ...judged.reasons.map((reason) => text.reason(reason)),
    ...judged.points
      .filter(({ verdict }) => verdict !== 'pass')
      .map(
        ({ point, reasons }) => `${point.label}: ${reasons.map((reason) => text.reason(reason)).join(' ')}`,
      ),
  ];
  if (against.length === 0) sheet.line(words.summary.noReasons);
  const mostShown = 25;
  for (const line of against.slice(0, mostShown)) bullet(sheet, line);
  if (against.length > mostShown) sheet.note(words.mapping.more(text.number(against.length - mostShown)));
}

function bullet(sheet: Sheet, line: string): void {
  sheet.ensure(14);
  sheet.pdf
    .circle(marginSide + 3, sheet.y + 5.5, 1.6)
    .fillColor(ink.second)
    .fill();
  sheet.pdf.font('regular').fontSize(9.5).fillColor(ink.text);
  const shown = sheet.clean(line);
  const width = contentWidth - 12;
  const height = sheet.pdf.heightOfString(shown, { width });
  sheet.pdf.text(shown, marginSide + 12, sheet.y, { width });
  sheet.y += height + 3;
}

function drawBar(sheet: Sheet, { points, passed, failed }: JudgedSurvey): void {
  if (points.length === 0) return;
  let x = marginSide;
  for (const [count, colour] of [
    [passed, ink.pass],
    [failed, ink.fail],
  ] as const) {
    const width = (count / points.length) * contentWidth;
    sheet.pdf.rect(x, sheet.y, width, 7).fillColor(colour).fill();
    x += width;
  }
  sheet.pdf.rect(marginSide, sheet.y, contentWidth, 7).lineWidth(0.8).strokeColor(ink.strong).stroke();
  sheet.y += 15;
}

/** How it was measured, and what it was held against. */
export function drawMethod(sheet: Sheet, input: ReportInput, { criteria, zones }: SurveyContents): void {
  const { text } = sheet;
  const { words } = text;
  const { method } = words;
  sheet.section(words.sections.method, 240);
  for (const line of [
    method.tool(input.appVersion),
    method.meter,
    method.judged,
    method.stable,
    method.map,
    method.zone(text.timeZone),
  ])
    sheet.line(line);
  sheet.heading(method.criteria);
  if (criteria === undefined) {
    sheet.line(words.reasons['no-criteria']({ measured: '', limit: '', about: '' }));
    return;
  }
  const { names } = method;
  const { stableWithin, coverageLeast } = criteria;
  sheet.line(criteria.fixedMs === null ? method.notFixed : method.fixed(text.moment(criteria.fixedMs)));
  sheet.facts(
    [
      [names.rssi, text.dbm(criteria.rssiLeastDbm)],
      [names.seconds, text.duration(criteria.recordSeconds * 1000)],
      [names.readings, text.number(criteria.readingsLeast)],
      [names.zoneLimits, criteria.useZoneLimits ? words.yes : names.none],
      [
        names.stableWithin,
        `${text.degrees(stableWithin.temperature)}, ${text.humidity(stableWithin.humidity)}, ${text.number(stableWithin.rssi)}\u00A0dB`,
      ],
      [
        names.stableSeconds,
        criteria.stableSecondsLeast === 0 ? names.none : `${text.number(criteria.stableSecondsLeast)}\u00A0s`,
      ],
      [names.coverage, coverageLeast === null ? names.none : text.share(coverageLeast)],
    ],
    240,
  );
  if (zones.length === 0) return;
  sheet.heading(method.limits);
  const limit = (low: number | null, high: number | null): string =>
    low === null && high === null ? '–' : words.range(text.maybe(low, 1), text.maybe(high, 1));
  drawTable(
    sheet,
    [
      { title: words.columns.zone, share: 3, wraps: true },
      { title: words.columns.temperature, share: 2 },
      { title: words.columns.humidity, share: 2 },
    ],
    zones.map((zone) => [
      zone.name,
      limit(zone.temperatureMin, zone.temperatureMax),
      limit(zone.humidityMin, zone.humidityMax),
    ]),
  );
}
