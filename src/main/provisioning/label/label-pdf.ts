import PdfKit from 'pdfkit';
import { designLabel, type LabelContent, type LabelDesign, type LabelFormat } from './label-design.ts';
import type { TypeFace } from './type-face.ts';

const pointsPerMm = 72 / 25.4;

/**
 * Labels as PDF: on a roll each on a page of its own size, on a sheet row by row. The same labels at the same
 * time give the same bytes.
 *
 * @param createdMs time that the document says it was made, epoch milliseconds
 */
export async function labelsPdf(
  labels: readonly LabelContent[],
  format: LabelFormat,
  face: TypeFace,
  createdMs: number,
): Promise<Uint8Array> {
  const page = format.sheet ?? format;
  const size: [number, number] = [page.width * pointsPerMm, page.height * pointsPerMm];
  const document = new PdfKit({
    autoFirstPage: false,
    info: { Title: labels.map((label) => label.mac).join(', '), CreationDate: new Date(createdMs) },
  });
  const pieces: Buffer[] = [];
  const done = new Promise<void>((resolve, reject) => {
    document.on('data', (piece: Buffer) => pieces.push(piece));
    document.on('end', () => resolve());
    document.on('error', reject);
  });
  const perPage = (format.sheet?.columns ?? 1) * (format.sheet?.rows ?? 1);
  labels.forEach((label, n) => {
    if (n % perPage === 0) document.addPage({ size, margin: 0 });
    const { x, y } = placeOnPage(format, n % perPage);
    document.save();
    document.scale(pointsPerMm).translate(x, y);
    drawDesign(document, designLabel(label, format, face), face);
    document.restore();
  });
  document.end();
  await done;
  return new Uint8Array(Buffer.concat(pieces));
}

function placeOnPage(format: LabelFormat, n: number): { readonly x: number; readonly y: number } {
  const { sheet, width, height } = format;
  if (sheet === undefined) return { x: 0, y: 0 };
  return {
    x: (sheet.width - sheet.columns * width) / 2 + (n % sheet.columns) * width,
    y: (sheet.height - sheet.rows * height) / 2 + Math.floor(n / sheet.columns) * height,
  };
}

function drawDesign(document: PDFKit.PDFDocument, design: LabelDesign, face: TypeFace): void {
  document.fillColor('black');
  for (const { x, y, width, height } of design.modules) document.rect(x, y, width, height);
  document.fill();
  for (const { text, x, y, scale } of design.lines) {
    const at = (args: readonly number[], n: number): [number, number] => [
      x + (args[n] ?? 0) * scale,
      y - (args[n + 1] ?? 0) * scale,
    ];
    for (const { command, args } of face.outline(text)) {
      if (command === 'moveTo') document.moveTo(...at(args, 0));
      else if (command === 'lineTo') document.lineTo(...at(args, 0));
      else if (command === 'quadraticCurveTo') document.quadraticCurveTo(...at(args, 0), ...at(args, 2));
      else if (command === 'bezierCurveTo')
        document.bezierCurveTo(...at(args, 0), ...at(args, 2), ...at(args, 4));
      else document.closePath();
    }
    document.fill();
  }
}
