import type { SurveyPlan } from '../../../shared/contract/survey-parts.ts';
import {
  scaleColour,
  shareOf,
  valueScale,
  type ValueScale,
} from '../../../shared/domain/survey/colour-scale.ts';
import { contourSegments, heatMap, type HeatMap } from '../../../shared/domain/survey/heat-map.ts';
import type { JudgedPoint } from '../../../shared/domain/survey/judge-survey.ts';
import {
  mapPoints,
  pointMean,
  type MappedQuantity,
  type SurveyContents,
} from '../../../shared/domain/survey/survey-contents.ts';
import { pixelsPerMetre } from '../../../shared/domain/survey-plan.ts';
import { heatPicture, type Picture } from './pictures.ts';
import { contentWidth, ink, marginSide, type Sheet } from './sheet.ts';
import { drawVerdict } from './verdict-mark.ts';

interface Frame {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Points of the page for one pixel of the plan. */
  readonly scale: number;
}

const mostHeight = 430;
/** Two maps share a page. */
const mostHeatHeight = 262;
const markRadius = 4;

/** The plan with all its points and their results. */
export function drawPointsFigure(
  sheet: Sheet,
  plan: SurveyPlan,
  image: Picture | undefined,
  points: readonly JudgedPoint[],
): void {
  const { words } = sheet.text;
  const frame = frameOf(sheet, plan, words.figures.points(plan.name), mostHeight);
  drawPlan(sheet, plan, image, frame, 1);
  const taken: Box[] = [];
  for (const { point, verdict, recording } of points) {
    if (point.x === null || point.y === null) continue;
    const [x, y] = [frame.x + point.x * frame.scale, frame.y + point.y * frame.scale];
    drawVerdict(sheet.pdf, verdict, x, y, markRadius);
    taken.push({ left: x - markRadius, top: y - markRadius, right: x + markRadius, bottom: y + markRadius });
    const rssi = pointMean(recording, 'rssi');
    label(sheet, point.label, rssi === undefined ? '' : sheet.text.number(rssi), x, y, taken, frame);
  }
  below(sheet, plan, frame);
}

/** One quantity as colours between its points. Says so where there is no map. */
export async function drawHeatFigure(
  sheet: Sheet,
  plan: SurveyPlan,
  image: Picture | undefined,
  contents: SurveyContents,
  quantity: MappedQuantity,
): Promise<void> {
  const { words } = sheet.text;
  const values = mapPoints(contents, quantity, plan.id);
  if (values.length === 0) return;
  const map = heatMap(values);
  const all = values.map(({ value }) => value);
  const scale = valueScale(Math.min(...all), Math.max(...all));
  const picture = map === null ? undefined : await heatPicture(map, scale);
  const frame = frameOf(
    sheet,
    plan,
    words.figures.heat(words.quantities[quantity], plan.name),
    mostHeatHeight,
  );
  drawPlan(sheet, plan, image, frame, 0.55);
  const least = quantity === 'rssi' ? contents.criteria?.rssiLeastDbm : undefined;
  if (map !== null && picture !== undefined) {
    drawHeat(sheet, map, picture, frame);
    if (least !== undefined) drawContour(sheet, map, least, frame);
  }
  const taken: Box[] = [];
  const digits = quantity === 'rssi' ? 0 : 1;
  for (const place of values) {
    const [x, y] = [frame.x + place.x * frame.scale, frame.y + place.y * frame.scale];
    sheet.pdf
      .circle(x, y, 3.2)
      .lineWidth(1)
      .fillAndStroke(hex(scaleColour(shareOf(scale, place.value))), ink.text);
    taken.push({ left: x - 4, top: y - 4, right: x + 4, bottom: y + 4 });
  }
  for (const place of values) {
    const [x, y] = [frame.x + place.x * frame.scale, frame.y + place.y * frame.scale];
    label(sheet, '', sheet.text.number(place.value, digits), x, y, taken, frame);
  }
  below(sheet, plan, frame);
  drawScale(sheet, scale, quantity);
  sheet.note(
    [
      map === null ? words.figures.noMap : words.figures.between,
      ...(map !== null && least !== undefined ? [words.figures.threshold(sheet.text.dbm(least))] : []),
    ].join(' '),
  );
}

function frameOf(sheet: Sheet, plan: SurveyPlan, title: string, mostHigh: number): Frame {
  const scale = Math.min(contentWidth / plan.widthPx, mostHigh / plan.heightPx);
  const [width, height] = [plan.widthPx * scale, plan.heightPx * scale];
  sheet.heading(title, height + 80);
  return { x: marginSide + (contentWidth - width) / 2, y: sheet.y, width, height, scale };
}

function drawPlan(
  { pdf }: Sheet,
  plan: SurveyPlan,
  image: Picture | undefined,
  frame: Frame,
  opacity: number,
): void {
  if (image === undefined) pdf.rect(frame.x, frame.y, frame.width, frame.height).fillColor(ink.sunken).fill();
  else {
    pdf.save();
    pdf.opacity(opacity);
    pdf.image(image.content, frame.x, frame.y, { width: frame.width, height: frame.height });
    pdf.restore();
  }
  pdf.rect(frame.x, frame.y, frame.width, frame.height).lineWidth(0.6).strokeColor(ink.strong).stroke();
  if (plan.northDeg !== null) drawNorth(pdf, frame.x + frame.width - 14, frame.y + 16, plan.northDeg);
}

function drawNorth(pdf: PDFKit.PDFDocument, x: number, y: number, degrees: number): void {
  pdf.save();
  pdf.translate(x, y).rotate(degrees);
  pdf.circle(0, 0, 11).fillColor(ink.white).fill();
  pdf.moveTo(0, -9).lineTo(3.5, 5).lineTo(0, 2.5).lineTo(-3.5, 5).closePath().fillColor(ink.text).fill();
  pdf.restore();
}

function drawHeat({ pdf }: Sheet, map: HeatMap, picture: Picture, frame: Frame): void {
  pdf.save();
  const [first, ...rest] = map.hull.map(({ x, y }): [number, number] => [
    frame.x + x * frame.scale,
    frame.y + y * frame.scale,
  ]);
  if (first === undefined) return;
  pdf.polygon(first, ...rest).clip();
  pdf.opacity(0.78);
  pdf.image(picture.content, frame.x + map.left * frame.scale, frame.y + map.top * frame.scale, {
    width: map.columns * map.cell * frame.scale,
    height: map.rows * map.cell * frame.scale,
  });
  pdf.restore();
  pdf
    .polygon(first, ...rest)
    .lineWidth(0.6)
    .dash(2, { space: 2 })
    .strokeColor(ink.second)
    .stroke()
    .undash();
}

function drawContour({ pdf }: Sheet, map: HeatMap, level: number, frame: Frame): void {
  const segments = contourSegments(map, level);
  if (segments.length === 0) return;
  for (const [a, b] of segments)
    pdf
      .moveTo(frame.x + a.x * frame.scale, frame.y + a.y * frame.scale)
      .lineTo(frame.x + b.x * frame.scale, frame.y + b.y * frame.scale);
  pdf.lineWidth(1.4).lineCap('round').strokeColor(ink.fail).stroke();
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Beside its point where there is room; where there is none the point stands alone, and the table has its value. */
function label(
  sheet: Sheet,
  name: string,
  value: string,
  x: number,
  y: number,
  taken: Box[],
  frame: Frame,
): void {
  const size = 6.5;
  const width = Math.max(sheet.widthOf(name, size, true), sheet.widthOf(value, size));
  const height = name === '' || value === '' ? size + 1 : 2 * size + 1;
  const spots: readonly (readonly [number, number])[] = [
    [x + 6, y - height / 2],
    [x - 6 - width, y - height / 2],
    [x - width / 2, y - 6 - height],
    [x - width / 2, y + 6],
  ];
  for (const [left, top] of spots) {
    const box = { left: left - 1, top, right: left + width + 1, bottom: top + height };
    const inFrame =
      box.left >= frame.x &&
      box.right <= frame.x + frame.width &&
      box.top >= frame.y &&
      box.bottom <= frame.y + frame.height;
    const free = taken.every(
      (other) =>
        box.right <= other.left ||
        box.left >= other.right ||
        box.bottom <= other.top ||
        box.top >= other.bottom,
    );
    if (!inFrame || !free) continue;
    taken.push(box);
    sheet.pdf.save();
    sheet.pdf
      .fillOpacity(0.8)
      .rect(box.left, box.top, width + 2, height)
      .fillColor(ink.white)
      .fill();
    sheet.pdf.restore();
    if (name !== '') sheet.at(name, left, top + 0.5, { size, bold: true });
    if (value !== '') sheet.at(value, left, top + (name === '' ? 0.5 : size + 0.5), { size });
    return;
  }
}

/** Moves on below the plan; with a scale a bar of a round length stands there. */
function below(sheet: Sheet, plan: SurveyPlan, frame: Frame): void {
  sheet.y = frame.y + frame.height + 6;
  const pixels = pixelsPerMetre(plan.scale);
  if (pixels === null) return;
  const pointsPerMetre = pixels * frame.scale;
  const length =
    [0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].find((m) => m * pointsPerMetre >= 50) ?? 1000;
  const width = length * pointsPerMetre;
  sheet.pdf
    .moveTo(frame.x, sheet.y)
    .lineTo(frame.x, sheet.y + 4)
    .lineTo(frame.x + width, sheet.y + 4)
    .lineTo(frame.x + width, sheet.y)
    .lineWidth(1)
    .strokeColor(ink.text)
    .stroke();
  sheet.at(`${sheet.text.number(length, length < 1 ? 1 : 0)}\u00A0m`, frame.x + width + 5, sheet.y - 1, {
    size: 7.5,
  });
  sheet.y += 14;
}

function drawScale(sheet: Sheet, scale: ValueScale, quantity: MappedQuantity): void {
  const unit = { rssi: 'dBm', temperature: '°C', humidity: '%' }[quantity];
  const [width, height, steps] = [220, 9, 55];
  sheet.ensure(30);
  for (let n = 0; n < steps; n++)
    sheet.pdf
      .rect(marginSide + (n * width) / steps, sheet.y, width / steps + 0.3, height)
      .fillColor(hex(scaleColour((n + 0.5) / steps)))
      .fill();
  const digits = scale.ticks.every((tick) => Number.isInteger(tick)) ? 0 : 1;
  for (const tick of scale.ticks) {
    const x = marginSide + shareOf(scale, tick) * width;
    sheet.pdf
      .moveTo(x, sheet.y + height)
      .lineTo(x, sheet.y + height + 3)
      .lineWidth(0.6)
      .strokeColor(ink.text)
      .stroke();
    sheet.at(sheet.text.number(tick, digits), x - 15, sheet.y + height + 4, {
      size: 7,
      width: 30,
      align: 'center',
    });
  }
  sheet.at(unit, marginSide + width + 18, sheet.y, { size: 8, bold: true });
  sheet.y += 28;
}

const hex = (colour: readonly number[]): string =>
  `#${colour.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
