import { useEffect, useLayoutEffect, useRef, useState, type PointerEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { SurveyPlan, SurveyPoint } from '../../../shared/contract/survey-parts.ts';
import { ErrorNotice } from '../../app/error-notice.tsx';
import { StatusGlyph, type GlyphKind } from '../../components/status-glyph.tsx';
import { sizeFor, usePlanImage } from './plan-image.ts';
import { fitted, zoomed, type PlacedView } from './survey-view.ts';

const glyphs: Readonly<Record<SurveyPoint['state'], GlyphKind>> = {
  planned: 'unknown',
  measuring: 'busy',
  done: 'ok',
  problem: 'bad',
};
/** A pointer that moved less is a click. */
const clickPx = 6;

/** A plan to pan (drag, arrow keys) and zoom (wheel, + and -), with the points of a survey on it. */
export function PlanCanvas(props: {
  readonly plan: SurveyPlan;
  readonly points: readonly SurveyPoint[];
  readonly marks: readonly (readonly [number, number])[];
  readonly selectedId: string | undefined;
  readonly onPick: (x: number, y: number) => void;
  readonly onSelect: (pointId: string) => void;
}): ReactElement {
  const { plan, points, marks, selectedId, onPick, onSelect } = props;
  const { t } = useTranslation();
  const { image, failure } = usePlanImage(plan.fileId);
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const drag = useRef<{ x: number; y: number; moved: boolean }>(undefined);
  const [room, setRoom] = useState({ width: 0, height: 0 });
  const [view, setView] = useState<PlacedView>();
  useLayoutEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    const watch = new ResizeObserver(() =>
      setRoom({ width: element.clientWidth, height: element.clientHeight }),
    );
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  const whole = fitted(plan, room);
  const at = view ?? whole;
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (context === undefined || context === null || image === undefined) return;
    const size = sizeFor(image, at.scale * devicePixelRatio);
    if (size === undefined) return;
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.clearRect(0, 0, room.width, room.height);
    context.drawImage(size.bitmap, at.x, at.y, plan.widthPx * at.scale, plan.heightPx * at.scale);
  }, [image, at.x, at.y, at.scale, room, plan]);
  const zoom = (factor: number, x = room.width / 2, y = room.height / 2): void =>
    setView(zoomed(at, factor, x, y, whole.scale / 2));
  useEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    const onWheel = (event: WheelEvent): void => {
      event.preventDefault();
      const { left, top } = element.getBoundingClientRect();
      zoom(event.deltaY < 0 ? 1.2 : 1 / 1.2, event.clientX - left, event.clientY - top);
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  });
  const onUp = (event: PointerEvent<HTMLCanvasElement>): void => {
    const { moved } = drag.current ?? { moved: true };
    drag.current = undefined;
    if (moved) return;
    const { left, top } = event.currentTarget.getBoundingClientRect();
    const x = (event.clientX - left - at.x) / at.scale;
    const y = (event.clientY - top - at.y) / at.scale;
    if (x >= 0 && y >= 0 && x <= plan.widthPx && y <= plan.heightPx) onPick(x, y);
  };
  if (failure !== undefined) return <ErrorNotice error={failure} />;
  return (
    <div className="survey-plan">
      <div className="row-of survey-zoom">
        <button
          type="button"
          className="button"
          aria-label={t('survey.zoomOut')}
          onClick={() => zoom(1 / 1.4)}
        >
          −
        </button>
        <button type="button" className="button" aria-label={t('survey.zoomIn')} onClick={() => zoom(1.4)}>
          +
        </button>
        <button type="button" className="button" onClick={() => setView(undefined)}>
          {t('survey.wholePlan')}
        </button>
      </div>
      <div ref={frame} className="survey-frame">
        <canvas
          ref={canvas}
          width={Math.round(room.width * devicePixelRatio)}
          height={Math.round(room.height * devicePixelRatio)}
          role="img"
          aria-label={plan.name}
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId);
            drag.current = { x: event.clientX, y: event.clientY, moved: false };
          }}
          onPointerMove={(event) => {
            const from = drag.current;
            if (from === undefined) return;
            const [dx, dy] = [event.clientX - from.x, event.clientY - from.y];
            if (!from.moved && Math.hypot(dx, dy) < clickPx) return;
            drag.current = { x: event.clientX, y: event.clientY, moved: true };
            setView({ ...at, x: at.x + dx, y: at.y + dy });
          }}
          onPointerUp={onUp}
          onPointerCancel={() => (drag.current = undefined)}
        />
        {marks.map(([x, y]) => (
          <span
            key={`${x} ${y}`}
            className="survey-mark"
            aria-hidden="true"
            style={{ left: at.x + x * at.scale, top: at.y + y * at.scale }}
          />
        ))}
        {points.map((point) => (
          <button
            key={point.id}
            type="button"
            className="survey-point"
            aria-pressed={point.id === selectedId}
            style={{ left: at.x + (point.x ?? 0) * at.scale, top: at.y + (point.y ?? 0) * at.scale }}
            onClick={() => onSelect(point.id)}
          >
            <StatusGlyph kind={glyphs[point.state]} size={22} />
            <span>{point.label}</span>
            <span className="visually-hidden">{t(`survey.states.${point.state}`)}</span>
          </button>
        ))}
      </div>
    </div>
  );
}
