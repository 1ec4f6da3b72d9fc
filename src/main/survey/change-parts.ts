import type {
  SurveyPart,
  SurveyPartKey,
  SurveyPhoto,
  SurveyPlan,
  SurveyPoint,
  SurveyZone,
} from '../../shared/contract/survey-parts.ts';
import type { SurveyFile } from '../../shared/contract/survey.ts';
import { AppError } from '../../shared/domain/app-error.ts';
import { canonicalJson } from '../../shared/domain/survey-document.ts';
import { surveyPartsMost } from '../../shared/domain/survey-limits.ts';
import type { PartMap } from './part-map.ts';

export interface WishedChange {
  readonly put: readonly SurveyPart[];
  readonly remove: readonly SurveyPartKey[];
}

/**
 * Changes the parts as a person wishes, with all that hangs on them, and refuses what would leave something that points
 * nowhere or what only the application may say.
 *
 * @param fileOf files of the survey
 * @throws AppError as `survey.change` says
 */
export function changeParts(
  parts: PartMap,
  { put, remove }: WishedChange,
  fileOf: (id: string) => SurveyFile | undefined,
): void {
  for (const key of remove) removePart(parts, key);
  for (const part of put) parts.put(allowed(parts, part));
  for (const { after } of parts.changes()) if (after !== null) checkReferences(parts, after, fileOf);
  for (const kind of new Set(put.map((part) => part.kind))) {
    const most = surveyPartsMost[kind];
    if (parts.all(kind).length > most)
      throw new AppError('survey.too-many', `A survey has ${most} of ${kind} at most.`, { kind, most });
  }
  dropSignatures(parts);
}

/** A signature is one of the data as it was. */
export function dropSignatures(parts: PartMap): void {
  const changed = parts.changes().some((change) => (change.after ?? change.before)?.kind !== 'signature');
  if (changed) for (const { kind, id } of parts.all('signature')) parts.remove({ kind, id });
}

/** The part as it is stored: what the application says of it stays as the application said it. */
function allowed(parts: PartMap, part: SurveyPart): SurveyPart {
  switch (part.kind) {
    case 'project':
      mustBeThere(parts, part);
      return part;
    case 'criteria': {
      const { fixedMs, ...rest } = mustBeThere(parts, part);
      const { fixedMs: _, ...wished } = part;
      if (fixedMs !== null && canonicalJson(rest) !== canonicalJson(wished))
        throw new AppError('survey.criteria-fixed', 'The criteria are fixed since the first recording.');
      return { ...part, fixedMs };
    }
    case 'point':
      return allowedPoint(parts, part);
    case 'recording':
      return { ...mustBeThere(parts, part), discarded: part.discarded };
    case 'placement':
      return { ...mustBeThere(parts, part), note: part.note };
    case 'room':
    case 'plan':
    case 'zone':
    case 'photo':
    case 'issue':
    case 'checklist-item':
      return part;
    case 'check':
    case 'signature':
      break;
  }
  throw notByHand(part);
}

function allowedPoint(parts: PartMap, point: SurveyPoint): SurveyPoint {
  const now = parts.get('point', point.id);
  // While it is recorded the application says what state it is in.
  if (now?.state === 'measuring') return { ...point, state: now.state, recordingId: now.recordingId };
  if (point.state === 'measuring') throw notByHand(point);
  if (point.state === 'done' && point.recordingId === null) throw notByHand(point);
  return point;
}

function mustBeThere<P extends SurveyPart>(parts: PartMap, { kind, id }: P): P {
  const part = parts.get(kind, id);
  if (part === undefined) throw unknownPart({ kind, id });
  return part as P;
}

function removePart(parts: PartMap, key: SurveyPartKey): void {
  const { kind, id } = key;
  if (parts.get(kind, id) === undefined) throw unknownPart(key);
  if (kind === 'project' || kind === 'criteria' || kind === 'recording') throw notByHand(key);
  if (kind === 'point') detachPoint(parts, id);
  else if (kind === 'plan') detachPlan(parts, id);
  else if (kind === 'room') {
    for (const point of parts.all('point')) if (point.roomId === id) parts.put({ ...point, roomId: null });
    for (const zone of parts.all('zone')) if (zone.roomId === id) parts.put({ ...zone, roomId: null });
  } else if (kind === 'zone')
    for (const point of parts.all('point')) if (point.zoneId === id) parts.put({ ...point, zoneId: null });
  parts.remove(key);
}

function detachPoint(parts: PartMap, pointId: string): void {
  for (const recording of parts.all('recording')) {
    if (recording.pointId !== pointId) continue;
    if (recording.state === 'running') throw running();
    parts.remove(recording);
  }
  for (const placement of parts.all('placement')) if (placement.pointId === pointId) parts.remove(placement);
  for (const photo of parts.all('photo'))
    if (photo.pointId === pointId) parts.put({ ...photo, pointId: null });
  for (const issue of parts.all('issue'))
    if (issue.pointId === pointId) parts.put({ ...issue, pointId: null });
}

function detachPlan(parts: PartMap, planId: string): void {
  const nowhere = { planId: null, outline: null } as const;
  for (const room of parts.all('room')) if (room.planId === planId) parts.put({ ...room, ...nowhere });
  for (const zone of parts.all('zone')) if (zone.planId === planId) parts.put({ ...zone, ...nowhere });
  for (const point of parts.all('point'))
    if (point.planId === planId) parts.put({ ...point, planId: null, x: null, y: null });
}

function checkReferences(
  parts: PartMap,
  part: SurveyPart,
  fileOf: (id: string) => SurveyFile | undefined,
): void {
  switch (part.kind) {
    case 'plan':
    case 'photo':
      return checkFile(part, fileOf(part.fileId));
    case 'room':
    case 'zone':
      return checkOutline(parts, part);
    case 'point':
      return checkPoint(parts, part);
    case 'issue':
    case 'placement':
    case 'recording':
      if (part.pointId !== null) mustKnow(parts, 'point', part.pointId);
      return;
    case 'project':
    case 'criteria':
    case 'check':
    case 'checklist-item':
    case 'signature':
      return;
  }
}

function checkFile(part: SurveyPlan | SurveyPhoto, file: SurveyFile | undefined): void {
  if (file === undefined || file.kind !== part.kind)
    throw new AppError('survey.file-unknown', 'That image is not in the survey.', { fileId: part.fileId });
  if (file.widthPx !== part.widthPx || file.heightPx !== part.heightPx) throw badField('widthPx');
}

function checkOutline(
  parts: PartMap,
  { planId, outline, ...part }: Pick<SurveyZone, 'planId' | 'outline'> & { readonly roomId?: string | null },
): void {
  if ((planId === null) !== (outline === null)) throw badField('outline');
  if (planId !== null) mustKnow(parts, 'plan', planId);
  if (part.roomId !== undefined && part.roomId !== null) mustKnow(parts, 'room', part.roomId);
}

function checkPoint(parts: PartMap, point: SurveyPoint): void {
  const { planId, x, y, roomId, zoneId, recordingId } = point;
  if (planId !== null) {
    const { widthPx, heightPx } = mustKnow(parts, 'plan', planId);
    if (x === null || y === null || x > widthPx || y > heightPx) throw badField('x');
  }
  if (roomId !== null) mustKnow(parts, 'room', roomId);
  if (zoneId !== null) mustKnow(parts, 'zone', zoneId);
  if (recordingId === null) return;
  const { pointId, state } = mustKnow(parts, 'recording', recordingId);
  if (pointId !== point.id || state === 'running') throw badField('recordingId');
}

function mustKnow<K extends SurveyPart['kind']>(
  parts: PartMap,
  kind: K,
  id: string,
): Extract<SurveyPart, { readonly kind: K }> {
  const part = parts.get(kind, id);
  if (part === undefined) throw unknownPart({ kind, id });
  return part;
}

export function unknownPart({ kind, id }: SurveyPartKey): AppError {
  return new AppError('survey.part-unknown', `The survey has no ${kind} ${id}.`, { kind, id });
}

export function running(): AppError {
  return new AppError('survey.recording-running', 'A recording is running.');
}

function notByHand({ kind }: SurveyPartKey): AppError {
  return new AppError('request.invalid', `${kind}: only the application says that.`, { field: kind });
}

function badField(field: string): AppError {
  return new AppError('request.invalid', `${field}: it does not fit the rest of the survey.`, { field });
}
