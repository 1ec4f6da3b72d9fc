import type { JudgedSurvey } from '../../../shared/domain/survey/judge-survey.ts';
import type { SurveyContents } from '../../../shared/domain/survey/survey-contents.ts';
import { walkTimeline } from '../../../shared/domain/survey/walk-timeline.ts';
import { contentWidth, ink, marginSide, type Sheet } from './sheet.ts';
import { drawTable } from './table.ts';
import { reportTicks } from './time-ticks.ts';

export function drawRooms(sheet: Sheet, { rooms, points }: SurveyContents): void {
  const { text } = sheet;
  const { columns, sections } = text.words;
  if (rooms.length === 0) return;
  sheet.section(sections.site);
  drawTable(
    sheet,
    [
      { title: columns.room, share: 3, wraps: true },
      { title: columns.height, share: 1, align: 'right' },
      { title: columns.point, share: 1, align: 'right' },
      { title: columns.reason, share: 5, wraps: true },
    ],
    rooms.map(({ id, name, heightM, note }) => [
      name,
      heightM === null ? '–' : `${text.number(heightM, 1)}\u00A0m`,
      text.number(points.filter(({ roomId }) => roomId === id).length),
      note,
    ]),
  );
}

/** All points with what was measured at them. */
export function drawPoints(sheet: Sheet, { rooms, zones }: SurveyContents, judged: JudgedSurvey): void {
  const { text } = sheet;
  const { columns, sections, none } = text.words;
  sheet.section(sections.points);
  if (judged.points.length === 0) {
    sheet.line(none.points);
    return;
  }
  const name = (list: readonly { readonly id: string; readonly name: string }[], id: string | null): string =>
    list.find((part) => part.id === id)?.name ?? '';
  drawTable(
    sheet,
    [
      { title: columns.point, share: 1.3 },
      { title: columns.name, share: 3.6, wraps: true },
      { title: columns.height, share: 1.6, align: 'right' },
      { title: columns.rssi, share: 3, align: 'right', wraps: true },
      { title: columns.temperature, share: 3, align: 'right', wraps: true },
      { title: columns.humidity, share: 3.2, align: 'right', wraps: true },
      { title: columns.verdict, share: 3.6 },
      { title: columns.why, share: 4.4, wraps: true },
    ],
    judged.points.map(({ point, recording, verdict, reasons }) => {
      const room = [name(rooms, point.roomId), name(zones, point.zoneId)].filter((part) => part !== '');
      const spread = (quantity: 'rssi' | 'temperature' | 'humidity', digits: number): string => {
        const known = (recording?.devices ?? []).flatMap((device) => device[quantity] ?? []);
        if (known.length === 0) return '–';
        const count = known.reduce((sum, of) => sum + of.count, 0);
        const mean = known.reduce((sum, of) => sum + of.mean * of.count, 0) / count;
        const [min, max] = [Math.min(...known.map((of) => of.min)), Math.max(...known.map((of) => of.max))];
        return `${text.number(mean, digits)} (${text.number(min, digits)}…${text.number(max, digits)})`;
      };
      return [
        point.label,
        [point.name, room.join(', ')].filter((part) => part !== '').join('\n'),
        point.heightM === null ? '–' : `${text.number(point.heightM, 1)}\u00A0m`,
        spread('rssi', 0),
        spread('temperature', 1),
        spread('humidity', 1),
        { verdict },
        [...reasons.map((reason) => text.reason(reason)), point.note].filter((part) => part !== '').join(' '),
      ];
    }),
  );
}

/** When the walk was where, as bars on one axis of time. */
export function drawWalk(sheet: Sheet, contents: SurveyContents): void {
  const steps = walkTimeline(contents);
  const [first] = steps;
  if (first === undefined) return;
  const { text, pdf } = sheet;
  sheet.section(text.words.sections.walk, 140);
  const fromMs = first.startedMs;
  const toMs = Math.max(fromMs + 60_000, ...steps.map(({ endedMs }) => endedMs));
  const [labelWidth, row] = [56, 10];
  const left = marginSide + labelWidth;
  const width = contentWidth - labelWidth;
  const xOf = (ms: number): number => left + ((ms - fromMs) / (toMs - fromMs)) * width;
  const ticks = reportTicks(fromMs, toMs, 8, text);
  const axis = (): void => {
    for (const { atMs, label } of ticks)
      sheet.at(label, Math.min(xOf(atMs) - 25, marginSide + contentWidth - 50), sheet.y, {
        size: 7,
        colour: ink.second,
        width: 50,
        align: 'center',
      });
    sheet.y += 11;
    sheet.rule(ink.strong);
    sheet.y += 2;
  };
  axis();
  for (const step of steps) {
    if (sheet.room < row + 4) {
      sheet.addPage();
      axis();
    }
    for (const { atMs } of ticks)
      pdf
        .moveTo(xOf(atMs), sheet.y - 2)
        .lineTo(xOf(atMs), sheet.y + row)
        .lineWidth(0.4)
        .strokeColor(ink.grid)
        .stroke();
    sheet.at(step.label, marginSide, sheet.y + 1, { size: 7.5, width: labelWidth - 6 });
    const barWidth = Math.max(1.5, xOf(step.endedMs) - xOf(step.startedMs));
    pdf.rect(xOf(step.startedMs), sheet.y + 1.5, barWidth, row - 4).lineWidth(0.8);
    if (step.counts) pdf.fillAndStroke(ink.second, ink.second);
    else pdf.fillAndStroke(ink.white, ink.second);
    sheet.y += row;
  }
  sheet.y += 4;
  sheet.note(text.words.figures.walk);
}
